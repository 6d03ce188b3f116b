// Package backend defines the contract between the dispatcher and a backend, which
// carries operations out. A backend is what Schmidt's paper calls an Asynchronous
// Operation Processor.
//
// # The contract
//
// An [Op] belongs to its initiator until [Backend.Start], and then to the backend
// until [Backend.Wait] returns it. In between nothing else may read or write the Op
// or the bytes that it names (Buf, Vec). Every started Op is returned exactly once:
// with its result, with [ErrCanceled] after [Backend.Cancel], with
// [ErrHandleClosed] after [Handle.Close], or with [ErrBackendClosed] after
// [Backend.Close]. file.go says what differs for files.
//
// Any goroutine may call Start and Cancel, also while another one is inside Wait.
// They never block and never call back. Only one goroutine at a time may call Wait.
// Any goroutine may use a handle, but TryRead and TryWrite must not run while a
// Read or Write in the same direction is outstanding: each direction has one user
// at a time.
//
// Operations of one direction of one handle are carried out and completed in the
// order in which they were started. Reads and writes may be short: a read completes
// when at least one byte was read, a write when at least one byte was written. At
// the end of a stream a read has N == 0 and Err == io.EOF.
//
// Start allocates nothing in steady state: a backend keeps its state of an
// operation in the Op, which is reused.
package backend

import (
	"net"
	"os"
	"time"

	_ "github.com/actum-go/actum/proactor/internal/supportedsystem" // makes the build fail, with a reason, on an unsupported system
)

// Kind is the kind of an operation.
type Kind uint8

// The operations that a backend carries out. The dispatcher itself handles timers
// and posts.
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
	KindSync         // Handle is a file: Off is SyncData or SyncAll
	KindStat         // Handle is a file: Args is a *Stat
	KindTransmitFile // Handle is a stream: Args is a *Transmission
	KindPage         // internal to a backend: Handle is a file; bring TransmitTurn bytes from Off into memory

	KindReceiveFrom // Handle is a datagram socket: one datagram into Buf; Args is a *Datagram
	KindSendTo      // Handle is a datagram socket: one datagram from Buf; Args is a *Datagram

	KindReceive // a read into a buffer of a pool: see pool.go; Args is a *ReceiveArgs

	KindReadable // Handle is a stream: there is something to read; see readable.go
)

// Op is one asynchronous operation. Its initiator embeds it in memory of its own
// and reuses it. A connection keeps several Ops, even while it is idle, so the
// state that only rare kinds need is behind Args and Sys.
type Op struct {
	Kind   Kind
	Flag   uint32   // used by the backend: its state of this operation
	Handle Handle   // the handle operated on; nil for a connect and an open
	Buf    []byte   // read, write
	Vec    [][]byte // scatter read, gather write; the backend does not change it
	Off    int64    // read at, write at: offset in the file, in bytes
	Args   any      // a pointer to the kind's own struct; nil for kinds without one

	// The result, valid once Wait has returned the operation.
	N   int    // bytes moved
	Err error  // nil, io.EOF, a sentinel of this package, a *net.OpError, or a *os.PathError of a pipe
	New Handle // accept, connect, open: the new handle; the completion handler owns it

	Owner any // used by the dispatcher: a pointer to the operation that embeds this Op

	Next *Op   // link of the list that the Op is on; belongs to the Op's current owner
	Sys  OpSys // used by the backend, and kept between uses
}

// ConnectArgs are the Args of a connect. The backend does not change them.
type ConnectArgs struct {
	Network string         // "tcp", "tcp4", "tcp6", "unix"; "udp", "udp4", "udp6", "unixgram"
	Address string         // a literal IP:port, or a path; never a name
	Socket  *SocketOptions // options of the socket to be made; nil means defaults
}

// Connect returns the Args of a connect.
func (op *Op) Connect() *ConnectArgs { return op.Args.(*ConnectArgs) }

// SocketOptions are applied to a socket before it is bound or connected. The
// zero value leaves everything to the system.
type SocketOptions struct {
	SendBuffer int    // SO_SNDBUF in bytes; 0 keeps the system's default; the system limits larger values
	RecvBuffer int    // SO_RCVBUF in bytes; likewise
	Backlog    int    // listeners: length of the accept queue; 0 means as long as the system allows
	LocalAddr  string // connect: literal IP:port, or a path for "unixgram", to bind first; empty for any; ignored for "unix"
	// ReusePort lets several listeners or datagram sockets have the same address, and
	// shares connections and datagrams out among them (SO_REUSEPORT; not on Windows).
	ReusePort bool
	// Device is the network interface that the socket uses (SO_BINDTODEVICE, Linux only,
	// which may need a privilege); "" for any.
	Device string
	// TypeOfService is the traffic class of the packets (IP_TOS, IPV6_TCLASS): 0 to 255.
	TypeOfService int
	// Control is called with the descriptor of the new socket, for any other option. It
	// must not keep the descriptor. Its error is that of the listen or the connect.
	Control func(fd uintptr) error
}

// Handle is a socket, pipe or file on which a backend operates.
type Handle interface {
	// TryRead reads what is available without waiting. It returns ErrWouldBlock
	// when nothing is available, and io.EOF at the end of the stream.
	TryRead(b []byte) (int, error)
	// TryWrite writes what fits without waiting. It returns ErrWouldBlock when
	// nothing fits. A backend that cannot write without waiting always returns
	// ErrWouldBlock.
	TryWrite(b []byte) (int, error)
	// TryWriteV is TryWrite for several buffers, in order. It does not change v.
	TryWriteV(v [][]byte) (int, error)
	// LocalAddr and RemoteAddr return nil if there is no such address.
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
	// CloseWrite ends the outgoing direction of a stream socket, after the writes
	// that were started before: the peer reads what they wrote, then io.EOF. Writes
	// started later complete with ErrWriteClosed, and TryWrite and TryWriteV return
	// it, also after Take. Reads still work.
	CloseWrite() error
	// Cancel is Backend.Cancel for everything that is outstanding on the handle.
	Cancel()
	// Close completes outstanding operations with ErrHandleClosed, closes the
	// descriptor and removes the file of a Unix socket. It waits for nothing
	// outside the process. A second call does nothing, and returns after the first
	// one has. Backend.Close likewise waits for a Close of a handle in progress:
	// when it returns, no handle is left and Wait can return all operations, even
	// if other goroutines close or cancel at the same time.
	Close() error
}

// Backend carries operations out.
type Backend interface {
	// Name returns the name that selects the backend: "uring", "epoll", "kqueue",
	// ...
	Name() string
	// Listen makes a listening handle. address is a literal, never a name.
	Listen(network, address string, o *SocketOptions) (Handle, error)
	// Take moves the socket or pipe of a handle of another backend of the same kind
	// to a new handle of this one. The old handle must not be used any more. Take
	// fails with ErrBusy if an operation is outstanding on it, and with
	// ErrOtherBackend if its backend is of another kind; the old handle then stays
	// valid. No Try method may be in progress.
	Take(h Handle) (Handle, error)
	// ListenPacket makes a datagram handle, bound to a literal address.
	ListenPacket(network, address string, o *SocketOptions) (Handle, error)
	// Adopt makes a stream handle of a pipe, a terminal, or another file that is
	// read and written sequentially and supports readiness. The handle has its own
	// descriptor: f stays the caller's.
	Adopt(f *os.File) (Handle, error)
	// AdoptFile makes a file handle of an open regular file, as an open operation
	// would. The handle has its own descriptor: f stays the caller's.
	AdoptFile(f SystemFile) (Handle, error)
	// Pipe makes the two ends of a pipe: bytes written to w are read from r.
	Pipe() (r, w Handle, err error)
	// Start begins op. It returns no error: a connect that cannot be tried, or an
	// operation on a closed handle, completes with an error.
	Start(op *Op)
	// Cancel asks op to complete early. It does nothing if op has completed.
	Cancel(op *Op)
	// CancelAll is Cancel for every outstanding operation.
	CancelAll()
	// Now returns the backend's time: the system's monotonic clock, or virtual
	// time.
	Now() time.Duration
	// Wait returns the completed operations, in the order of their completion, as a
	// list linked through Op.Next. If there are none it waits for a completion, for
	// Wake, or until Now() reaches deadline, and may return nil. With deadline
	// NoDeadline it waits without limit, with 0 it does not wait. A goroutine that
	// waits holds no operating-system thread, except on iocp and kqueue.
	Wait(deadline time.Duration) *Op
	// Wake makes the Wait in progress, or else the next one, return at once. Any
	// goroutine may call it. It is cheap enough to be called for each hand-off.
	Wake()
	// Close closes all handles; further calls of Wait(0) return the outstanding
	// operations until there are none. No goroutine may be inside Wait when Close
	// is called. Start, Cancel and Wake may still be called afterwards: Wait(0)
	// returns operations started after Close with ErrBackendClosed. A second Close
	// does nothing.
	Close() error
}

// NoDeadline makes Wait wait without limit.
const NoDeadline = time.Duration(1<<63 - 1)
