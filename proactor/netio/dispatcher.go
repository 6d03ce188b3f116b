package netio

import (
	"os"
	"slices"

	"github.com/actum-go/actum/proactor"
)

// NewDispatcher makes a dispatcher that suits the connections of this package: on
// Linux it has the backend epoll, which serves goroutines that wait better than
// io_uring does (docs/adr/0023), unless o.Backend or the environment variable
// ACTUM_BACKEND names another one. Elsewhere it is proactor.New.
func NewDispatcher(o proactor.Options) (*proactor.Dispatcher, error) {
	if o.Backend == nil && os.Getenv(proactor.BackendVariable) == "" && slices.Contains(proactor.Backends(), "epoll") {
		o.Backend = proactor.Named("epoll")
	}
	return proactor.New(o)
}
