// Package conformance is the one suite of tests that every backend passes. It
// is written against the dispatcher, as its users see it, so that it holds for
// dispatcher and backend together; backend.go is about the seam alone.
//
// The tests drive the dispatcher from the test's own goroutine, which is both
// peers, and start other goroutines only where those are what is tested. So the
// same suite runs in virtual time.
package conformance

import (
	"path/filepath"
	"testing"

	"github.com/actum-go/actum/proactor"
)

// Config is what the suite is run on.
type Config struct {
	New     func() (*proactor.Dispatcher, error)
	Network string // "tcp" or "unix"
}

// tests in the order of what they need: each uses what those before it have
// tested.
var tests = []struct {
	name string
	run  func(*rig)
}{
	{"Post", testPost},
	{"PostOrder", testPostOrder},
	{"PostFromManyGoroutines", testPostFromManyGoroutines},
	{"PostWakes", testPostWakes},
	{"PostToItself", testPostToItself},
	{"RestartPanics", testRestartPanics},
	{"Timer", testTimer},
	{"TimerFromAnotherGoroutine", testTimerFromAnotherGoroutine},
	{"TenThousandTimers", testTenThousandTimers},
	{"CancelTimer", testCancelTimer},
	{"CancelTimerRace", testCancelTimerRace},

	{"StopBeforeRun", testStopBeforeRun},
	{"StopInHandler", testStopInHandler},
	{"StopAndRunAgain", testStopAndRunAgain},
	{"RunOneContext", testRunOneContext},
	{"PollDoesNotWait", testPollDoesNotWait},
	{"OneRunsAtATime", testOneRunsAtATime},

	{"AcceptConnect", testAcceptConnect},
	{"ConnectRefused", testConnectRefused},
	{"ConnectToNonsense", testConnectToNonsense},
	{"ListenTwice", testListenTwice},
	{"ManyConnects", testManyConnects},
	{"WrongHandle", testWrongHandle},

	{"ReadWrite", testReadWrite},
	{"EmptyBuffers", testEmptyBuffers},
	{"ReadsInOrder", testReadsInOrder},
	{"WritesInOrder", testWritesInOrder},
	{"ShortWrites", testShortWrites},
	{"BothDirections", testBothDirections},
	{"ScatterGather", testScatterGather},
	{"LongVectors", testLongVectors},
	{"EndOfStream", testEndOfStream},
	{"PeerReset", testPeerReset},
	{"ManyStreams", testManyStreams},
	{"StartFromManyGoroutines", testStartFromManyGoroutines},

	{"TryRead", testTryRead},
	{"TryWrite", testTryWrite},
	{"TryThenStart", testTryThenStart},

	{"Pipe", testPipe},
	{"PipeTransfer", testPipeTransfer},
	{"PipeTry", testPipeTry},
	{"PipeBroken", testPipeBroken},
	{"PipeWrongEnd", testPipeWrongEnd},

	{"CancelRead", testCancelRead},
	{"CancelWaiting", testCancelWaiting},
	{"CancelWrite", testCancelWrite},
	{"CancelAccept", testCancelAccept},
	{"CancelConnect", testCancelConnect},
	{"CancelIdle", testCancelIdle},
	{"CancelRace", testCancelRace},
	{"CancelHandle", testCancelHandle},
	{"CancelListener", testCancelListener},
	{"CancelAll", testCancelAll},
	{"CancelledAcceptsLeakNothing", testCancelledAcceptsLeakNothing},

	{"PipeCancel", testPipeCancel},
	{"PipeClose", testPipeClose},
	{"CloseWrite", testCloseWrite},
	{"CloseWriteWaits", testCloseWriteWaits},
	{"CloseWriteCancel", testCloseWriteCancel},
	{"CloseWriteWrong", testCloseWriteWrong},

	{"File", testFile},
	{"FileHole", testFileHole},
	{"FileAppend", testFileAppend},
	{"FileFlags", testFileFlags},
	{"FileStat", testFileStat},
	{"FileSync", testFileSync},
	{"FileNothing", testFileNothing},
	{"FileWrongHandle", testFileWrongHandle},
	{"FileNegative", testFileNegative},
	{"FileSideBySide", testFileSideBySide},
	{"FileCancel", testFileCancel},
	{"FileCancelRace", testFileCancelRace},
	{"FileClose", testFileClose},
	{"FileCloseRace", testFileCloseRace},
	{"FileCloseDispatcher", testFileCloseDispatcher},

	{"Transmit", testTransmit},
	{"TransmitBig", testTransmitBig},
	{"TransmitInOrder", testTransmitInOrder},
	{"TransmitOneFile", testTransmitOneFile},
	{"TransmitWrong", testTransmitWrong},
	{"TransmitCancel", testTransmitCancel},
	{"TransmitClose", testTransmitClose},
	{"TransmitCloseDispatcher", testTransmitCloseDispatcher},

	{"CloseHandle", testCloseHandle},
	{"CloseListener", testCloseListener},
	{"CloseHandleRace", testCloseHandleRace},
	{"CloseDispatcher", testCloseDispatcher},
	{"CloseWhileRunning", testCloseWhileRunning},
	{"StartAfterClose", testStartAfterClose},
	{"StartWhileClosing", testStartWhileClosing},
}

// Run runs the suite as subtests.
func Run(t *testing.T, c Config) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(newRig(t, c)) })
	}
}

// address is a fresh one to listen on.
func (r *rig) address() string {
	if r.network == "tcp" {
		return "127.0.0.1:0"
	}
	return filepath.Join(TempDir(r.t), "s")
}
