package peer

// Help is shown by --help, below the flags.
func (Push) Help() string {
	return `A message for each line of standard input, with tabs between its frames, or one of --data. It waits for a peer, and ends when all messages have been sent to it.

Examples:

    actum push tcp://host:5555 --data hello
    actum push '@tcp://*:5555' < jobs.txt
    actum push --connect ipc:///tmp/jobs --data job --data 7 --count 100 --rate 10
    echo '{"frames":["job",{"base64":"AAE="}]}' | actum push --connect tcp://host:5555 --json`
}

// Help is shown by --help, below the flags.
func (Pull) Help() string {
	return `A line for each message, with tabs between its frames, as push and the others read it; --json also for frames that contain tabs or line ends. It ends when the reader of standard output closes it. Messages that are in the queue at the end are lost, as with any PULL: --opt rcvhwm=1 keeps the queue short.

Examples:

    actum pull '@tcp://*:5555'
    actum pull --bind tcp://*:5555 --bind ipc:///tmp/jobs --json
    actum pull tcp://host:5555 | actum push tcp://other:5555
    actum pull --connect tcp://host:5555 --count 10 --timeout 5s`
}

// Help is shown by --help, below the flags.
func (Pub) Help() string {
	return `The first message waits for a subscription (--wait). A subscriber that comes later misses the messages before. One that is too slow misses those for which the high-water mark has no room: standard error reports them, and the exit code is 1 (see --rate).

Examples:

    actum pub --bind tcp://*:5556 --data "weather Oslo -3" --rate 1 --count 1000
    tail -f log | actum pub --connect tcp://collector:5556`
}

// Help is shown by --help, below the flags.
func (Sub) Help() string {
	return `Examples:

    actum sub --connect tcp://host:5556
    actum sub --connect tcp://host:5556 --subscribe weather --subscribe news --json
    actum sub --bind tcp://*:5556 --count 1 --timeout 10s`
}

// Help is shown by --help, below the flags.
func (Req) Help() string {
	return `A request for each line of standard input, or --data, --count times. The reply to each goes to standard output.

Examples:

    actum req --connect tcp://host:5557 --data "what time is it?"
    actum req --connect tcp://host:5557 --data ping --count 3 --rate 1 --timeout 2s`
}

// Help is shown by --help, below the flags.
func (Rep) Help() string {
	return `Requests go to standard output. The reply is the request (--echo), --data, or the next line of standard input. The command ends when standard input ends.

Examples:

    actum rep --bind tcp://*:5557 --echo
    actum rep --bind tcp://*:5557 --data pong --count 3`
}

// Help is shown by --help, below the flags.
func (Dealer) Help() string {
	return `Sends and receives at once, until standard input has ended and --count messages have come. To talk to a REP socket, send an empty frame first.

Examples:

    actum dealer --connect tcp://host:5558 --opt routing_id=me
    actum dealer tcp://host:5557 --data= --data hello --count 1`
}

// Help is shown by --help, below the flags.
func (Router) Help() string {
	return `Sends and receives at once. The first frame, in and out, is the peer's routing id: in hexadecimal behind 0x if it cannot be printed. Tabs separate the frames of an input line. A message to an id that no peer has is dropped, with a line on standard error; a message of --data waits for the peer instead.

Examples:

    actum router --bind tcp://*:5558
    actum router --bind tcp://*:5558 --data me --data hello --count 1`
}

// Help is shown by --help, below the flags.
func (Pair) Help() string {
	return `Sends and receives at once, with one peer.

Examples:

    actum pair --bind tcp://*:5559
    actum pair --connect tcp://host:5559`
}
