//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package readiness

import (
	"cmp"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor/internal/backend"
	"github.com/actum-go/actum/proactor/internal/backend/files"
	"github.com/actum-go/actum/proactor/internal/sys"
)

// The kinds of operations: the attempt of each is one system call that does not wait. It
// returns ErrWouldBlock if the operation has to wait, and notes what it says about
// readiness. TryRead, TryWrite and TryWriteV are attempts outside of the queue.

// attemptLocked tries op and reports whether it has completed.
func (q *opQueue) attemptLocked(op *backend.Op) bool {
	switch op.Kind {
	case backend.KindRead:
		op.N, op.Err = q.recvLocked(op.Buf)
	case backend.KindWrite:
		op.N, op.Err = q.sendLocked(op.Buf)
	case backend.KindReadV:
		op.N, op.Err = q.recvVectorLocked(op.Vec)
	case backend.KindWriteV:
		op.N, op.Err = q.sendVectorLocked(op.Vec)
	case backend.KindReceive:
		q.receiveLocked(op)
	case backend.KindReadable:
		op.N, op.Err = 0, nil // the queue is ready
	case backend.KindReceiveFrom:
		q.receiveFromLocked(op)
	case backend.KindSendTo:
		q.sendToLocked(op)
	case backend.KindAccept:
		q.acceptLocked(op)
	case backend.KindConnect:
		q.finishConnectLocked(op)
	case backend.KindTransmitFile:
		q.transmitLocked(op)
	}
	return op.Err != backend.ErrWouldBlock
}

// noteReadinessLocked notes what an attempt says about readiness: it has moved n of
// size bytes. Fewer bytes than asked for mean that the buffer was empty, or full, at
// that moment, and there will be an edge when it is not. After a hang-up or an error
// there is no edge to come, so reading continues until it finds the end. All of that
// holds for stream sockets only. A terminal, for example, returns one line at a time,
// and only EAGAIN says that there is no more.
func (q *opQueue) noteReadinessLocked(n, size int, errno unix.Errno) {
	if errno == unix.EAGAIN || errno == 0 && n < size && !q.hangup && q.h.Name == "" {
		q.ready = false
	}
}

func (q *opQueue) recvLocked(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := q.h.Recv(b)
	q.noteReadinessLocked(n, len(b), errno)
	return q.readResultLocked(n, errno)
}

func (q *opQueue) recvVectorLocked(v [][]byte) (int, error) {
	size := q.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := q.h.recvVector(&q.vector)
	q.vector.Reset()
	q.noteReadinessLocked(n, size, errno)
	return q.readResultLocked(n, errno)
}

func (q *opQueue) readResultLocked(n int, errno unix.Errno) (int, error) {
	if n == 0 && errno == 0 {
		q.ready = true // the next read finds the end again
	}
	return q.h.ReadResult(n, errno)
}

func (q *opQueue) sendLocked(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	n, errno := q.h.Send(b)
	q.noteReadinessLocked(n, len(b), errno)
	return q.writeResultLocked(n, errno)
}

func (q *opQueue) sendVectorLocked(v [][]byte) (int, error) {
	size := q.vector.Set(v)
	if size == 0 {
		return 0, nil
	}
	n, errno := q.h.SendVector(&q.vector)
	q.vector.Reset()
	q.noteReadinessLocked(n, size, errno)
	return q.writeResultLocked(n, errno)
}

func (q *opQueue) writeResultLocked(n int, errno unix.Errno) (int, error) {
	if errno == unix.EPIPE && q.h.WriteClosing {
		return 0, backend.ErrWriteClosed
	}
	return q.h.WriteResult(n, errno)
}

// recvVector is Recv into v, which has been set.
func (h *handle) recvVector(v *sys.Vector) (int, unix.Errno) {
	if h.Name != "" {
		return sys.ReadPipeVector(h.FD, v)
	}
	return sys.RecvVector(h.FD, v)
}

// receiveLocked is the attempt of a receive. It takes a buffer, and returns it if there
// are no bytes. If the pool is empty the operation waits for a buffer.
func (q *opQueue) receiveLocked(op *backend.Op) {
	args := op.Receive()
	buf := q.TakeBufferLocked(q, args.Pool)
	if buf == nil {
		op.Err = backend.ErrWouldBlock
		return
	}
	op.N, op.Err = q.recvLocked(buf.Space())
	if op.Err != nil {
		q.ReturnBufferLocked(buf)
		return
	}
	buf.Fill(op.N)
	args.Buffer = buf
}

// receiveFromLocked is the attempt of a receive-from.
func (q *opQueue) receiveFromLocked(op *backend.Op) {
	args, from := op.Datagram(), op.Sys.Address()
	n, truncated, errno := sys.RecvPacket(q.h.FD, op.Buf, from, &q.vector)
	if errno != 0 {
		q.packetErrorLocked(op, errno)
		return
	}
	op.N, op.Err, args.Truncated = n, nil, truncated
	sys.DecodePacket(from, &args.Addr)
}

// sendToLocked is the attempt of a send-to.
func (q *opQueue) sendToLocked(op *backend.Op) {
	to, err := q.h.EncodeDestination(op)
	if err != nil {
		op.N, op.Err = 0, err
		return
	}
	n, errno := sys.SendPacket(q.h.FD, op.Buf, to, &q.vector)
	if errno != 0 {
		q.packetErrorLocked(op, errno)
		return
	}
	op.N, op.Err = n, nil
}

// packetErrorLocked sets the result of an attempt that has failed: op waits for an
// edge, or completes with an error. A Unix socket gets no edge when there is room in
// the queue of a socket that it is not connected to.
func (q *opQueue) packetErrorLocked(op *backend.Op, errno unix.Errno) {
	stranger := op.Kind == backend.KindSendTo && q.h.Family == unix.AF_UNIX && op.Datagram().Addr.IsValid()
	if errno == unix.EAGAIN && !(stranger && sys.Writable(q.h.FD)) {
		q.ready = false
		op.Err = backend.ErrWouldBlock
		return
	}
	op.N, op.Err = 0, q.h.PacketError(op, errno)
}

// acceptLocked is the attempt of an accept. After an error other than EAGAIN the queue
// stays ready, because there may be more connections.
func (q *opQueue) acceptLocked(op *backend.Op) {
	from := op.Sys.Address()
	fd, errno := sys.Accept(q.h.FD, from)
	switch errno {
	case 0:
		op.New, op.Err = q.h.b.Make(q.h.Accepted(fd, sys.DecodeAddress(from)))
	case unix.EAGAIN:
		q.ready = false
		op.Err = backend.ErrWouldBlock
	default:
		op.Err = q.h.Error("accept", errno)
	}
}

// A transmission is carried out in turns. When a turn has moved enough bytes, the queue
// joins transmitQueue, and the transmission continues at the next Wait, behind
// everything else. When the file has to be read from disk a worker does that. The
// operation stays the head of its queue until the worker is done, even if it is
// cancelled or its handle is closed.

// transmitQueue holds the transmissions that get a turn at the next Wait.
type transmitQueue struct {
	waiting atomic.Bool // next is not empty
	mu      sync.Mutex
	next    []turn
	now     []turn // used by Wait only: the turns in progress
}

// turn is a turn of the transmission at the head of a queue.
type turn struct {
	q     *opQueue
	paged bool // because a worker is done
}

// add puts t at the end.
func (q *transmitQueue) add(t turn) {
	q.mu.Lock()
	q.next = append(q.next, t)
	q.waiting.Store(true)
	q.mu.Unlock()
}

// runTransmits runs the turns that wait, and reports whether there were any.
func (b *Backend) runTransmits() bool {
	q := &b.transmitQueue
	if !q.waiting.Load() {
		return false
	}
	q.mu.Lock()
	q.now, q.next = q.next, q.now[:0]
	q.waiting.Store(false)
	q.mu.Unlock()
	for i, t := range q.now {
		q.now[i] = turn{}
		t.q.continueTransmit(t.paged)
	}
	return true
}

// continueTransmit runs the queue for a turn. Wait calls it.
func (q *opQueue) continueTransmit(paged bool) {
	q.Mu.Lock()
	defer q.Mu.Unlock()
	if !paged {
		q.queued = false
	} else {
		op := q.Ops.Head()
		t := op.Transmission()
		t.Paged()
		if err := q.Closed; err != nil || t.Canceled {
			q.Ops.Pop()
			q.Complete(op, cmp.Or(err, backend.ErrCanceled))
		}
	}
	q.RunLocked()
}

// transmitLocked is the attempt of a transmission: one turn of it.
func (q *opQueue) transmitLocked(op *backend.Op) {
	t := op.Transmission()
	if t.Paging || q.queued {
		op.Err = backend.ErrWouldBlock // an edge does not bring the turn forward
		return
	}
	how, err := files.Turn(q.h.FD, t)
	op.N, op.Err = t.Moved(), backend.ErrWouldBlock
	switch how {
	case sys.TurnDone:
		op.Err = files.TransmitError(q.h.Name, q.h.Network, q.h.Local, q.h.Remote, err)
	case sys.TurnFull:
		q.ready = false
	case sys.TurnAgain:
		q.queued = true
		q.h.b.transmitQueue.add(turn{q: q})
		q.h.b.demux.Wake()
	case sys.TurnCold:
		t.Paging = true
		q.h.b.Files.Start(&t.Page)
	}
}

// HeldLocked implements skeleton.Side: a worker reads for the head.
func (q *opQueue) HeldLocked() *backend.Op {
	op := q.Ops.Head()
	if op == nil || op.Kind != backend.KindTransmitFile || !op.Transmission().Paging {
		return nil
	}
	return op
}

// CancelHeldLocked implements skeleton.Side: it cancels the worker.
func (q *opQueue) CancelHeldLocked(op *backend.Op) {
	t := op.Transmission()
	t.Canceled = true
	q.h.b.Files.Cancel(&t.Page)
}

// fileDone takes back an operation from a worker. Any goroutine may call it, also with a
// queue's lock held.
func (b *Backend) fileDone(op *backend.Op) {
	if op.Kind == backend.KindPage {
		b.transmitQueue.add(turn{queueOf(op.Owner.(*backend.Op)), true})
	} else {
		b.Completed.Add(op)
	}
	b.demux.Wake()
}
