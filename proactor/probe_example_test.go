package proactor_test

import (
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// Which backend would be used, why better ones were refused, and which features of the
// kernel it would use. `actum backends` prints all of it.
func ExampleProbeBackends() {
	backends, err := proactor.ProbeBackends(proactor.Options{Backend: proactor.Named("sim")})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range backends {
		if b.Chosen {
			fmt.Println(b.Name, "is taken; its features:", len(b.Features))
		}
	}
	// Output: sim is taken; its features: 0
}
