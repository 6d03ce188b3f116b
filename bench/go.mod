module github.com/actum-go/actum/bench

go 1.26

require github.com/go-zeromq/zmq4 v0.17.0

require (
	github.com/bytedance/gopkg v0.1.1 // indirect
	github.com/cloudwego/gopkg v0.1.4 // indirect
	github.com/panjf2000/ants/v2 v2.11.3 // indirect
	github.com/valyala/bytebufferpool v1.0.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	go.uber.org/zap v1.27.0 // indirect
	golang.org/x/sys v0.46.0 // indirect
	gopkg.in/natefinch/lumberjack.v2 v2.2.1 // indirect
)

require (
	github.com/actum-go/actum v0.0.0
	github.com/cloudwego/netpoll v0.7.2
	github.com/go-zeromq/goczmq/v4 v4.2.2 // indirect
	github.com/panjf2000/gnet/v2 v2.9.1
	github.com/xtaci/gaio v1.2.24
	golang.org/x/sync v0.11.0 // indirect
	golang.org/x/text v0.15.0 // indirect
)

replace github.com/actum-go/actum => ../
