// Package conformance is the test suite that every backend passes. It tests
// dispatcher and backend together, through the dispatcher's public API; backend.go
// tests the contract between the two.
//
// The tests drive the dispatcher from the test's own goroutine, which is both
// peers, and start other goroutines only to test concurrency. Therefore the suite
// also runs in virtual time.
package conformance

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/actum-go/actum/proactor"
)

// Config configures the suite.
type Config struct {
	New     func() (*proactor.Dispatcher, error)
	Network string // "tcp" or "unix"
	// Beside makes another dispatcher, to which handles of the last one can be
	// handed. Nil means New.
	Beside func() (*proactor.Dispatcher, error)
	// Raise sends a signal to this process, or to the simulated network. Nil skips
	// the tests of signals.
	Raise func(os.Signal) error
	// Exhaust makes accepts fail because there are no descriptors, until restore is
	// called. Nil skips the test of that.
	Exhaust func(t *testing.T) (restore func())
	// Exit makes a simulated process exit. Nil: processes are the system's.
	Exit func(pid, code int)
	// Locked says that a thread of the dispatcher's own calls handlers.
	Locked bool
	// Sleep lets the dispatcher's time pass while a handler runs; nil means
	// time.Sleep.
	Sleep func(time.Duration)
}

// tests has the tests in order: each relies on what earlier ones have tested.
var tests = []struct {
	name string
	run  func(*fixture)
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

	{"TimerAt", testTimerAt},
	{"Ticker", testTicker},
	{"TickerCoalesces", testTickerCoalesces},
	{"TickerCount", testTickerCount},
	{"CancelTicker", testCancelTicker},

	{"StopBeforeRun", testStopBeforeRun},
	{"StopInHandler", testStopInHandler},
	{"StopAndRunAgain", testStopAndRunAgain},
	{"RunOneContext", testRunOneContext},
	{"PollDoesNotWait", testPollDoesNotWait},
	{"OneRunsAtATime", testOneRunsAtATime},
	{"PanicInHandler", testPanicInHandler},

	{"AcceptConnect", testAcceptConnect},
	{"ConnectRefused", testConnectRefused},
	{"ConnectToNonsense", testConnectToNonsense},
	{"ConnectToItself", testConnectToItself},
	{"ConnectWildcard", testConnectWildcard},
	{"HugeSizes", testHugeSizes},
	{"SocketFile", testSocketFile},
	{"SocketFileRelative", testSocketFileRelative},
	{"SocketFileUnconnected", testSocketFileUnconnected},
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
	{"HugeVectors", testHugeVectors},
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
	{"CancelGroup", testCancelGroup},
	{"CancelGroupRace", testCancelGroupRace},
	{"CancelGroupOfMultishot", testCancelGroupOfMultishot},
	{"CancelledAcceptsLeakNothing", testCancelledAcceptsLeakNothing},
	{"CancelledConnectsLeakNothing", testCancelledConnectsLeakNothing},

	{"PipeCancel", testPipeCancel},
	{"PipeClose", testPipeClose},
	{"CloseWrite", testCloseWrite},
	{"CloseWriteWaits", testCloseWriteWaits},
	{"CloseWriteCancel", testCloseWriteCancel},
	{"CloseWriteWrong", testCloseWriteWrong},
	{"CloseWriteMoveTo", testCloseWriteMoveTo},
	{"HungUp", testHungUp},
	{"AwaitReadable", testAwaitReadable},
	{"CloseAwaitReadable", testCloseAwaitReadable},

	{"File", testFile},
	{"FileHole", testFileHole},
	{"FileBeyond4GiB", testFileBeyond4GiB},
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

	{"WriteAll", testWriteAll},
	{"WriteAllInOrder", testWriteAllInOrder},
	{"ReadFull", testReadFull},
	{"ReadFullEnds", testReadFullEnds},
	{"ReadFullPipe", testReadFullPipe},
	{"ComposedEnds", testComposedEnds},
	{"ComposedTimeout", testComposedTimeout},
	{"ComposedCancelRace", testComposedCancelRace},
	{"ComposedClose", testComposedClose},

	{"Timeout", testTimeout},
	{"TimeoutOfWhatWaits", testTimeoutOfWhatWaits},
	{"TimeoutInTime", testTimeoutInTime},
	{"TimeoutOfParts", testTimeoutOfParts},
	{"Deadline", testDeadline},
	{"ExtremeTimes", testExtremeTimes},
	{"Context", testContext},
	{"ContextOfEachKind", testContextOfEachKind},
	{"SettingsWhileOutstanding", testSettingsWhileOutstanding},
	{"TimeoutRace", testTimeoutRace},
	{"ContextRace", testContextRace},

	{"External", testExternal},
	{"ExternalCompletesOnce", testExternalCompletesOnce},
	{"ExternalCancel", testExternalCancel},
	{"ExternalWithoutProcessor", testExternalWithoutProcessor},
	{"ExternalRace", testExternalRace},
	{"ExternalClose", testExternalClose},

	{"Event", testEvent},
	{"EventFromManyGoroutines", testEventFromManyGoroutines},
	{"EventEnds", testEventEnds},
	{"EventAgain", testEventAgain},
	{"ExternalAskedOnce", testExternalAskedOnce},
	{"Process", testProcess},
	{"ProcessCancel", testProcessCancel},
	{"Resolve", testResolve},
	{"ResolveCancel", testResolveCancel},

	{"Receive", testReceive},
	{"ReceiveEnds", testReceiveEnds},
	{"ReceivePipe", testReceivePipe},
	{"ReceiveDry", testReceiveDry},
	{"ReceiveShared", testReceiveShared},
	{"AcceptMultishot", testAcceptMultishot},
	{"MultishotCanceledByHandler", testMultishotCanceledByHandler},
	{"MultishotCanceledBeforeHandler", testMultishotCanceledBeforeHandler},
	{"ReceiveMultishot", testReceiveMultishot},
	{"MultishotCancelRace", testMultishotCancelRace},
	{"MultishotClose", testMultishotClose},

	{"Datagram", testDatagram},
	{"DatagramEmpty", testDatagramEmpty},
	{"DatagramTruncated", testDatagramTruncated},
	{"DatagramLarge", testDatagramLarge},
	{"DatagramConnected", testDatagramConnected},
	{"DatagramRefused", testDatagramRefused},
	{"DatagramSendWaits", testDatagramSendWaits},
	{"DatagramCancel", testDatagramCancel},
	{"DatagramClose", testDatagramClose},
	{"DatagramWrong", testDatagramWrong},
	{"DatagramFamilies", testDatagramFamilies},

	{"FairToTimers", testFairToTimers},
	{"FairToTickers", testFairToTickers},
	{"FairToStreams", testFairToStreams},
	{"FairToCancelled", testFairToCancelled},

	{"InHandler", testInHandler},
	{"InHandlerWhileClosing", testInHandlerWhileClosing},
	{"InOtherHandler", testInOtherHandler},

	{"CloseHandle", testCloseHandle},
	{"CloseListener", testCloseListener},
	{"CloseHandleRace", testCloseHandleRace},
	{"CloseDispatcher", testCloseDispatcher},
	{"CloseWhileRunning", testCloseWhileRunning},
	{"CloseDuringClose", testCloseDuringClose},
	{"SecondClose", testSecondClose},
	{"StartAfterClose", testStartAfterClose},
	{"StartWhileClosing", testStartWhileClosing},
}

// signalTests need a system, or a network, that has signals.
var signalTests = []struct {
	name string
	run  func(*fixture)
}{
	{"Signal", testSignal},
	{"SignalBetweenWaits", testSignalBetweenWaits},
	{"SeveralSignalSets", testSeveralSignalSets},
	{"CancelSignal", testCancelSignal},
	{"CloseSignals", testCloseSignals},
}

// Run runs the suite as subtests.
func Run(t *testing.T, c Config) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(newFixture(t, c)) })
	}
	if c.Exhaust != nil {
		t.Run("AcceptMultishotHoldsBack", func(t *testing.T) { testAcceptMultishotHoldsBack(newFixture(t, c)) })
		t.Run("AcceptMultishotEndsHeldBack", func(t *testing.T) { testAcceptMultishotEndsHeldBack(newFixture(t, c)) })
	}
	if c.Raise == nil {
		return
	}
	for _, test := range signalTests {
		t.Run(test.name, func(t *testing.T) { test.run(newFixture(t, c)) })
	}
}

// address returns a fresh address for a listener.
func (f *fixture) address() string {
	if f.network == "tcp" {
		return "127.0.0.1:0"
	}
	return filepath.Join(TempDir(f.t), "s")
}
