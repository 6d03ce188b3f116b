package proactor

import "github.com/actum-go/actum/proactor/internal/backend"

// OpenBackend opens a backend by name, for the tests of the seam.
func OpenBackend(name string) (backend.Backend, error) {
	b, _, err := choose(&Options{Backend: name})
	return b, err
}
