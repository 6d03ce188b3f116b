package proactor_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/actum-go/actum/proactor"
)

// Limits of the system under which a ring cannot be made. Each is applied to a child
// process, which reports the state of its dispatcher. The child is this test binary: it
// applies the limit to itself and then executes itself once more, so that the limit
// holds for all of its threads.
var limits = map[string]struct {
	apply func() error
	says  string // in the refusal
	never bool   // every kernel applies it
}{
	// Without CAP_IPC_LOCK, the memory of a ring counts as locked memory, on kernels
	// before 5.12 and again on recent ones.
	"lockable memory": {lockNothing, "raise RLIMIT_MEMLOCK", false},
	"seccomp, EPERM":  {func() error { return filterRings(unix.EPERM) }, "seccomp", true},
	"seccomp, ENOSYS": {func() error { return filterRings(unix.ENOSYS) }, "this kernel has no io_uring, or a sandbox hides it", true},
}

// limitVariable names the limit to a child, and checkVariable says that it is in
// force.
const (
	limitVariable = "ACTUM_TEST_LIMIT"
	checkVariable = "ACTUM_TEST_LIMITED"
)

// limited is the report of a child.
type limited struct {
	Taken    string            // the backend of a dispatcher that could choose
	Works    bool              // a post was dispatched
	Refusals map[string]string // by backend
	ByName   string            // the error of a dispatcher that asked for uring
}

// TestLimits: if the system allows no ring, the next backend is used, and the refusal
// says what to do.
func TestLimits(t *testing.T) {
	if name := os.Getenv(limitVariable); name != "" {
		limitMyself(t, name)
		return
	}
	for name, limit := range limits {
		t.Run(name, func(t *testing.T) {
			lockable(t) // without rings there is nothing to limit
			got := runLimited(t, name)
			if !got.Works {
				t.Errorf("nothing was dispatched: %+v", got)
			}
			if got.Taken == "uring" && !limit.never {
				t.Logf("this kernel does not apply the limit to rings")
				return
			}
			if got.Taken != "epoll" || !strings.Contains(got.Refusals["uring"], limit.says) || !strings.Contains(got.ByName, limit.says) {
				t.Errorf("%+v; want epoll to be taken, and a refusal that says %q", got, limit.says)
			}
		})
	}
}

func runLimited(t *testing.T, name string) (got limited) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestLimits$")
	child.Env = append(os.Environ(), limitVariable+"="+name, proactor.BackendVariable+"=")
	out, err := child.CombinedOutput()
	_, said, found := strings.Cut(string(out), "limited: ")
	if err != nil || !found {
		t.Fatalf("the child: %v\n%s", err, out)
	}
	if err := json.NewDecoder(strings.NewReader(said)).Decode(&got); err != nil {
		t.Fatal(err)
	}
	return got
}

// limitMyself is the test in the child.
func limitMyself(t *testing.T, name string) {
	if os.Getenv(checkVariable) == "" {
		runtime.LockOSThread() // the limit of a thread outlives exec on that thread
		if err := limits[name].apply(); err != nil {
			t.Fatal(err)
		}
		t.Fatal(unix.Exec(os.Args[0], os.Args, append(os.Environ(), checkVariable+"=yes")))
	}
	said := limited{Refusals: map[string]string{}}
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.Backend().Refused {
		said.Refusals[r.Name] = r.Err.Error()
	}
	said.Taken = d.Backend().Name
	var op proactor.Operation
	op.Handler = proactor.HandlerFunc(func(op *proactor.Operation) { said.Works = op.Err() == nil })
	d.Post(&op)
	if _, err := d.Poll(); err != nil {
		t.Fatal(err)
	}
	d.Close()
	if d, err := proactor.New(proactor.Options{Backend: proactor.Named("uring")}); err != nil {
		said.ByName = err.Error()
	} else {
		d.Close()
	}
	if _, err := os.Stdout.WriteString("limited: "); err != nil {
		t.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		t.Fatal(err)
	}
}

// lockNothing drops the privilege to lock memory without a limit, if the process has
// it, and sets the limit to nothing.
func lockNothing() error {
	_ = unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_IPC_LOCK, 0, 0, 0)
	return unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{})
}

// filterRings makes io_uring_setup fail.
func filterRings(with unix.Errno) error {
	program := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the number of the call
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: unix.SYS_IO_URING_SETUP},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(with)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	filter := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&filter)), 0, 0)
}
