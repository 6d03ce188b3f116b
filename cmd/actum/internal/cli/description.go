package cli

const description = `ZeroMQ messages from the command line; measurements; a demonstration.

Received messages, and nothing else, go to standard output. Ctrl-C ends every command in order.

Examples:

    actum pull '@tcp://*:5555'
    actum push tcp://host:5555 --data hello
    actum rep --bind ipc:///tmp/echo --echo
    actum req ipc:///tmp/echo --data hello --count 3
    actum sub tcp://host:5556 --subscribe weather --json
    actum perf local_thr tcp://127.0.0.1:5555 64 1000000
    actum demo
    actum backends
    actum trace --output demo.json demo

An endpoint is connected to, unless it has an @ in front, or a * for any host, port or path: then it is bound. --bind and --connect say it in full.

Exit codes: 0 done; 1 failed, timed out, or left a message undelivered; 2 a wrong command line, endpoint or option; 130 interrupted.`
