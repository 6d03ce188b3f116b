package proactor

import (
	"github.com/actum-go/actum/proactor/internal/backend/epoll"
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
)

// candidates of Linux, the best first.
var candidates = []candidate{
	{name: "epoll", open: epoll.New},
	{name: "goroutine", open: goroutine.New},
}
