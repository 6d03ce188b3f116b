package proactor

import (
	"github.com/actum-go/actum/proactor/internal/backend/epoll"
	"github.com/actum-go/actum/proactor/internal/backend/goroutine"
	"github.com/actum-go/actum/proactor/internal/backend/uring"
)

// candidates of Linux, the best first.
var candidates = []candidate{
	{name: "uring", open: uring.New, locks: true, features: true},
	{name: "epoll", open: epoll.New},
	{name: "goroutine", open: goroutine.New},
}
