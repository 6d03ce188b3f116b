package backend

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"net"
	"net/netip"
	"testing"
)

// kinds says of each kind of operation which handles can do it, and in which direction.
var kinds = map[Kind]struct {
	stream, listener, datagrams, file bool
	direction                         Direction
}{
	KindAccept:       {listener: true},
	KindRead:         {stream: true},
	KindReadV:        {stream: true},
	KindReceive:      {stream: true},
	KindWrite:        {stream: true, direction: Out},
	KindWriteV:       {stream: true, direction: Out},
	KindTransmitFile: {stream: true, direction: Out},
	KindReceiveFrom:  {datagrams: true},
	KindSendTo:       {datagrams: true, direction: Out},
	KindReadAt:       {file: true},
	KindWriteAt:      {file: true},
	KindSync:         {file: true},
	KindStat:         {file: true},
	KindPage:         {file: true},
}

func TestKinds(t *testing.T) {
	for k, want := range kinds {
		if k.Suits(false, false) != want.stream || k.Suits(true, false) != want.listener || k.Suits(false, true) != want.datagrams {
			t.Errorf("kind %d suits a stream %v, a listener %v, datagrams %v", k, k.Suits(false, false), k.Suits(true, false), k.Suits(false, true))
		}
		if k.OnFile() != want.file || k.OnDatagrams() != want.datagrams || !want.file && k.Direction() != want.direction {
			t.Errorf("kind %d is on files %v, on datagrams %v, in direction %d", k, k.OnFile(), k.OnDatagrams(), k.Direction())
		}
	}
}

func TestPacketAddr(t *testing.T) {
	at := netip.MustParseAddrPort("192.0.2.1:7")
	for _, test := range []struct {
		a     PacketAddr
		valid bool
		text  string
	}{
		{PacketAddr{}, false, ""},
		{PacketAddr{AddrPort: at}, true, "192.0.2.1:7"},
		{PacketAddr{Path: "/s"}, true, "/s"},
	} {
		if test.a.IsValid() != test.valid || test.a.String() != test.text {
			t.Errorf("%q, valid %v; want %q, %v", test.a, test.a.IsValid(), test.text, test.valid)
		}
	}
}

// Two TCP addresses are the same if everything in them is.
func TestSameTCP(t *testing.T) {
	a := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7}
	for _, test := range []struct {
		b    net.Addr
		same bool
	}{
		{&net.TCPAddr{IP: net.IP{127, 0, 0, 1}, Port: 7}, true},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8}, false},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 7}, false},
		{&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7, Zone: "eth0"}, false},
		{&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7}, false},
		{nil, false},
	} {
		if SameTCP(a, test.b) != test.same || SameTCP(test.b, a) != test.same {
			t.Errorf("%v and %v are the same: %v", a, test.b, !test.same)
		}
	}
}

// Streams and datagrams have networks of their own.
func TestNetworks(t *testing.T) {
	for network, want := range map[string]struct {
		address          string
		stream, datagram bool
		unix             bool
	}{
		"tcp": {"127.0.0.1:1", true, false, false}, "tcp4": {"127.0.0.1:1", true, false, false}, "tcp6": {"[::1]:1", true, false, false},
		"udp": {"127.0.0.1:1", false, true, false}, "udp4": {"127.0.0.1:1", false, true, false}, "udp6": {"[::1]:1", false, true, false},
		"unix": {"/s", true, false, true}, "unixgram": {"/s", false, true, true},
		"sctp": {"127.0.0.1:1", false, false, false}, "": {"", false, false, false},
	} {
		if IsDatagram(network) != want.datagram || IsUnix(network) != want.unix {
			t.Errorf("%s is of datagrams %v, of Unix %v", network, IsDatagram(network), IsUnix(network))
		}
		stream, datagram := CheckAddress(network, want.address), CheckPacketAddress(network, want.address)
		if (stream == nil) != want.stream || (datagram == nil) != want.datagram {
			t.Errorf("%s for streams: %v; for datagrams: %v", network, stream, datagram)
		}
	}
}

// What is wrong with an operation on a file is known before the system is asked.
func TestCheckFile(t *testing.T) {
	for k, transfers := range map[Kind]bool{KindReadAt: true, KindWriteAt: true, KindSync: false, KindStat: false} {
		for _, off := range []int64{-1, 0, 1} {
			err := CheckFile(&Op{Kind: k, Off: off}, "f")
			var path *fs.PathError
			if bad := transfers && off < 0; (err != nil) != bad || bad && (!errors.Is(err, fs.ErrInvalid) || !errors.As(err, &path) || path.Path != "f") {
				t.Errorf("kind %d at %d: %v", k, off, err)
			}
		}
	}
	if FileRead(0, make([]byte, 1)) != io.EOF || FileRead(0, nil) != nil || FileRead(1, make([]byte, 2)) != nil {
		t.Error("a read that finds nothing is at the end, and only such a one")
	}
}

// An accept that fails for lack of descriptors or memory can be tried again.
func TestIsResourceError(t *testing.T) {
	if !IsResourceError(&net.OpError{Op: "accept", Err: EMFILE}) || IsResourceError(ECONNABORTED) || IsResourceError(nil) {
		t.Error("it is wrong about an error")
	}
}

// NoDeadline is later than every deadline, and the two ways to sync differ.
func TestConstants(t *testing.T) {
	if NoDeadline != math.MaxInt64 || SyncAll == SyncData || SyncAll != (&Op{}).Off {
		t.Errorf("NoDeadline is %d, SyncAll %d, SyncData %d", NoDeadline, SyncAll, SyncData)
	}
}

// source is a Source for tests.
type source struct{ Source }

// What is registered is found, and the caller may change the list.
func TestRegister(t *testing.T) {
	s := new(source)
	before := len(Registered())
	Register(s)
	for range 2 {
		list := Registered()
		if len(list) != before+1 || list[before] != s {
			t.Fatalf("%v after one more was registered", list)
		}
		list[before] = nil
	}
}
