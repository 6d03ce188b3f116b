package proactor

import (
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
	"github.com/actum-go/actum/proactor/internal/backend/iocp"
)

// candidates of Windows. iocp has to be asked for: it lacks Unix sockets and
// receives into pools, and has been run under wine alone.
var candidates = []candidate{
	{name: "iocp", explicit: true, open: iocp.New},
	{name: "goroutine", open: goroutine.New},
	simCandidate,
}
