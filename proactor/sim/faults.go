package sim

import (
	"fmt"
	"time"
)

// Clock selects how a network's time advances.
type Clock uint8

const (
	// ClockVirtual jumps to the next event when every backend is waiting.
	ClockVirtual Clock = iota
	// ClockManual advances only in Network.Step and Network.Advance.
	ClockManual
	// ClockSystem is the system's monotonic clock, starting when the network is
	// made.
	ClockSystem
)

// Faults are the faults of a network. The zero value is a network without faults.
// Probabilities are between 0 (never) and 1 (at every occasion).
type Faults struct {
	ShortRead   float64 // a read or TryRead gets fewer bytes than are available, also of a file
	ShortWrite  float64 // a write or TryWrite takes fewer bytes than fit, also to a file
	WouldBlock  float64 // TryRead and TryWrite return ErrWouldBlock without reason
	Delay       float64 // written bytes arrive up to MaxDelay later; UDP datagrams overtake one another
	Stall       float64 // an operation is carried out up to MaxDelay later
	Reorder     float64 // a completion overtakes, or waits up to MaxDelay; never within one direction of one handle
	Reset       float64 // a read or write resets its connection: ECONNRESET at both ends, and the data in it is lost
	Refuse      float64 // a connect is refused: ECONNREFUSED
	DelayDial   float64 // a connect takes up to MaxDelay
	DelayAccept float64 // a connection reaches its listener up to MaxDelay later
	AbortAccept float64 // an accept fails with ECONNABORTED, its connection is reset
	Lose        float64 // a UDP datagram is lost
	Duplicate   float64 // a UDP datagram arrives twice
	CancelLoses float64 // a cancelled operation that can succeed is not cancelled
	DiskError   float64 // an open, a read, a write, a sync or a transmission of a file fails with EIO
	DiskFull    float64 // a write to a file fails with ENOSPC

	// MaxDelay bounds each delay. 0 means 10 ms.
	MaxDelay time.Duration
	// Buffer is how many bytes a stream holds in each direction, sent and not yet
	// read. 0 means 64 KiB. If an end sets the sizes of its socket buffers, they
	// replace its half of Buffer.
	Buffer int
}

const (
	defaultMaxDelay = 10 * time.Millisecond
	defaultBuffer   = 64 << 10
	defaultBacklog  = 4096 // as on Linux
)

// Mild returns faults that keep every connection alive: short, late and reordered,
// but nothing lost.
func Mild() Faults {
	return Faults{
		ShortRead: 0.2, ShortWrite: 0.2, WouldBlock: 0.2, Delay: 0.2, Stall: 0.1, Reorder: 0.2,
		DelayDial: 0.3, DelayAccept: 0.3, CancelLoses: 0.5, Buffer: 4 << 10,
	}
}

// Rough returns Mild plus connections that are refused, aborted and reset, and
// datagrams that are lost or duplicated.
func Rough() Faults {
	f := Mild()
	f.Reset, f.Refuse, f.AbortAccept = 0.005, 0.2, 0.1
	f.Lose, f.Duplicate = 0.1, 0.1
	return f
}

// fault is the index of a probability of Faults.
type fault uint8

const (
	shortRead fault = iota
	shortWrite
	wouldBlock
	delayed
	stalled
	reordered
	resetConn
	refused
	delayedDial
	delayedAccept
	abortedAccept
	cancelLoses
	diskError
	diskFull
	lost
	duplicated
	faultCount
)

var faultNames = [faultCount]string{
	"ShortRead", "ShortWrite", "WouldBlock", "Delay", "Stall", "Reorder",
	"Reset", "Refuse", "DelayDial", "DelayAccept", "AbortAccept", "CancelLoses",
	"DiskError", "DiskFull",
	"Lose", "Duplicate",
}

func (f fault) String() string { return faultNames[f] }

func (f *Faults) probabilities() [faultCount]float64 {
	return [faultCount]float64{
		f.ShortRead, f.ShortWrite, f.WouldBlock, f.Delay, f.Stall, f.Reorder,
		f.Reset, f.Refuse, f.DelayDial, f.DelayAccept, f.AbortAccept, f.CancelLoses,
		f.DiskError, f.DiskFull,
		f.Lose, f.Duplicate,
	}
}

func (f *Faults) validate() error {
	for i, p := range f.probabilities() {
		if !(p >= 0 && p <= 1) {
			return fmt.Errorf("sim: Faults.%v is %v: a probability is between 0 and 1", fault(i), p)
		}
	}
	if f.MaxDelay < 0 {
		return fmt.Errorf("sim: Faults.MaxDelay is %v: give 0 for the default or more", f.MaxDelay)
	}
	if f.Buffer < 0 {
		return fmt.Errorf("sim: Faults.Buffer is %d: give 0 for the default or more", f.Buffer)
	}
	return nil
}
