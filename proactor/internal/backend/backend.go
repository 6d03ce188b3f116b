// Package backend is the seam between the completion dispatcher and whatever
// carries an operation out: the Asynchronous Operation Processor of Schmidt's
// paper.
//
// # What both sides promise
//
// An [Op] belongs to its initiator until [Backend.Start], then to the backend
// until the backend hands it back from [Backend.Wait]. In between neither the
// Op nor the bytes it names (Buf, Vec) may be read or written by anybody else.
// Every started Op comes back exactly once, whatever happens: with its result,
// with [ErrCanceled] after [Backend.Cancel], with [ErrHandleClosed] after
// [Handle.Close], with [ErrBackendClosed] after [Backend.Close]. What differs for
// files is said in file.go.
//
// Start and Cancel may be called from any goroutine, also while another one is
// inside Wait; they never block and never call back. Wait is called by one
// goroutine at a time. Handles may be used from any goroutine; TryRead and
// TryWrite must not run beside an outstanding Read or Write in the same
// direction (there is one reader and one writer at a time).
//
// Operations of one direction of one handle are carried out in the order in
// which they were started, and complete in that order. Reads and writes may be
// short: a read completes as soon as there is at least one byte (end of stream
// is N == 0 and Err == io.EOF), a write as soon as at least one byte was taken.
//
// A Start allocates nothing in steady state: whatever a backend needs for an
// operation lives in the Op and is reused with it.
package backend

import (
	"net"
	"os"
	"time"

	_ "github.com/actum-go/actum/proactor/internal/supportedsystem" // else the build stops here, with a reason
)

// Kind says what an operation does.
type Kind uint8

// The operations that a backend carries out. Timers and posts never reach it:
// the dispatcher keeps those itself.
const (
	KindNone    Kind = iota
	KindAccept       // Handle is a listener; the new stream is in Op.New
	KindConnect      // Args is a *ConnectArgs; the stream is in Op.New
	KindRead         // into Buf
	KindWrite        // from Buf
	KindReadV        // scatter read into Vec
	KindWriteV       // gather write from Vec

	KindOpen         // Args is an *OpenArgs; the file is in Op.New
	KindReadAt       // Handle is a file: into Buf, from Off
	KindWriteAt      // Handle is a file: from Buf, at Off
	KindSync         // Handle is a file: Off says how much is made durable
	KindStat         // Handle is a file: Args is a *Stat
	KindTransmitFile // Handle is a stream: Args is a *Transmission
	KindPage         // a backend's own: Handle is a file, TransmitTurn bytes from Off are to be in memory

	KindReceiveFrom // Handle is one of datagrams: one into Buf; Args is a *Datagram
	KindSendTo      // Handle is one of datagrams: one from Buf; Args is a *Datagram

	KindReceive // a read into a buffer of a pool: see pool.go; Args is a *ReceiveArgs
)

// Op is one asynchronous operation, embedded in memory that its initiator
// keeps and reuses. A connection has several of them, also while it is idle: what
// only rare kinds need hangs off Args and Sys.
type Op struct {
	Kind   Kind
	Flag   uint32   // the backend's own: its state of this operation
	Handle Handle   // the handle operated on; nil for a connect and an open
	Buf    []byte   // read, write
	Vec    [][]byte // scatter read, gather write; the backend does not change it
	Off    int64    // read at, write at: place in the file, in bytes
	Args   any      // what only some kinds need, a pointer to the kind's own struct

	// The result, valid when Wait has handed the operation back.
	N   int    // bytes moved
	Err error  // nil, io.EOF, a sentinel of this package, a *net.OpError, or a *os.PathError of a pipe
	New Handle // accept, connect, open: the new handle, owned by whoever takes the completion

	Owner any // the dispatcher's own: its pointer to the operation around this one

	Next *Op   // link for whichever list the Op is on; its current owner's
	Sys  OpSys // the backend's own memory, kept between uses
}

// ConnectArgs are the Args of a connect. They are not changed.
type ConnectArgs struct {
	Network string         // "tcp", "tcp4", "tcp6", "unix"; "udp", "udp4", "udp6", "unixgram"
	Address string         // a literal IP:port, or a path; never a name
	Socket  *SocketOptions // options of the socket to be made; nil means defaults
}

// Connect is what a connect is given.
func (op *Op) Connect() *ConnectArgs { return op.Args.(*ConnectArgs) }

// SocketOptions are applied to a socket before it is bound or connected. The
// zero value leaves everything to the system.
type SocketOptions struct {
	SendBuffer int    // SO_SNDBUF in bytes; 0 leaves the system's default; what is above its limit is the limit
	RecvBuffer int    // SO_RCVBUF in bytes; likewise
	Backlog    int    // listeners: length of the accept queue; 0 means as long as the system allows
	LocalAddr  string // connect: literal IP:port, or a path for "unixgram", to bind first; empty for any; "unix" has no use for it
}

// Handle is a descriptor (or its stand-in) that a backend operates on.
type Handle interface {
	// TryRead reads what is there without waiting. It returns ErrWouldBlock
	// when nothing is, and io.EOF at the end of the stream.
	TryRead(b []byte) (int, error)
	// TryWrite writes what fits without waiting; ErrWouldBlock when nothing
	// does. A backend that cannot write without waiting always says so.
	TryWrite(b []byte) (int, error)
	// TryWriteV is TryWrite for several buffers, in order. It does not change v.
	TryWriteV(v [][]byte) (int, error)
	// LocalAddr and RemoteAddr are nil where there is none.
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	// CloseWrite ends the outgoing direction of a stream socket, behind the writes
	// that were started before: the peer reads what they wrote, then io.EOF.
	// Writes started later complete with ErrWriteClosed, and TryWrite and TryWriteV
	// return it, also after Take. Reading goes on.
	CloseWrite() error
	// Cancel is Backend.Cancel for everything that is outstanding on the handle.
	Cancel()
	// Close completes what is outstanding with ErrHandleClosed, then gives the
	// descriptor back, and removes the file of a socket. It does not wait for anything
	// outside. A second call does nothing, but returns no earlier than the first. Nor
	// does Backend.Close: after it everything is there for Wait, whoever else closes or
	// cancels at the same time, and nothing of a handle is left.
	Close() error
}

// Backend carries operations out.
type Backend interface {
	// Name is the word that selects it: "uring", "epoll", "kqueue", "goroutine" ...
	Name() string
	// Listen makes a listening handle. address is a literal, never a name.
	Listen(network, address string, o *SocketOptions) (Handle, error)
	// Take makes what a handle of another backend of the same kind stands for a
	// handle of this one; the old one must not be used any more. ErrBusy if an
	// operation is outstanding on it, ErrOtherBackend if it is of another kind: then
	// it stays as it is. No Try method may be in progress.
	Take(h Handle) (Handle, error)
	// ListenPacket makes a handle of datagrams, bound to a literal address.
	ListenPacket(network, address string, o *SocketOptions) (Handle, error)
	// Adopt makes a stream of a pipe, a terminal, or anything else that is read
	// and written in order and can be waited for. The handle has a descriptor of
	// its own: f stays the caller's.
	Adopt(f *os.File) (Handle, error)
	// AdoptFile makes a handle of a regular file that is open already, as an open
	// would. The handle has a descriptor of its own: f stays the caller's.
	AdoptFile(f SystemFile) (Handle, error)
	// Pipe makes the two ends of a pipe: what is written to w is read from r.
	Pipe() (r, w Handle, err error)
	// Start begins op. A connect that cannot even be tried, or an operation on
	// a closed handle, completes with an error like any other: Start has no
	// result.
	Start(op *Op)
	// Cancel asks for op to end early. It is not an error if op has completed.
	Cancel(op *Op)
	// CancelAll is Cancel for everything that is outstanding.
	CancelAll()
	// Now is the backend's clock: the system's monotonic one, or virtual time.
	Now() time.Duration
	// Wait hands back completed operations, in the order of their completion,
	// as a list linked through Op.Next; nil if there are none. If none has
	// completed it waits for one, for Wake, or until Now() reaches deadline
	// (NoDeadline: forever; 0: does not wait at all). A waiting goroutine
	// holds no operating-system thread, except on iocp and kqueue.
	Wait(deadline time.Duration) *Op
	// Wake makes the Wait in progress, or else the next one, return at once.
	// It is cheap enough to be called for each hand-off, from any goroutine.
	Wake()
	// Close ends everything: handles are closed, outstanding operations are
	// handed back by further calls of Wait(0) until there are none. It may only
	// be called when no goroutine is inside Wait. Start, Cancel and Wake may
	// still be called: what is started after Close is handed back by Wait(0)
	// with ErrBackendClosed. A second Close does nothing.
	Close() error
}

// NoDeadline makes Wait wait for as long as it takes.
const NoDeadline = time.Duration(1<<63 - 1)
