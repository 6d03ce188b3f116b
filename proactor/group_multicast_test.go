package proactor_test

import (
	"net"
	"strconv"
	"testing"
)

// TestListenPacketGroup: sockets at the address of a multicast group share its port,
// and may be in several groups. The simulated network has no multicast.
func TestListenPacketGroup(t *testing.T) {
	for _, name := range workingBackends() {
		if name == "sim" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			d := dispatcher(t, name)
			port := 0
			for range 2 {
				h, err := d.ListenPacket("udp4", "224.0.0.251:"+strconv.Itoa(port), nil)
				if err != nil {
					t.Fatal(err)
				}
				at := h.LocalAddr().(*net.UDPAddr)
				if !at.IP.IsUnspecified() || port != 0 && at.Port != port {
					t.Errorf("a socket for a group is at %v", at)
				}
				port = at.Port
			}
		})
	}
}
