package trace_test

import (
	"fmt"

	"github.com/actum-go/actum/proactor"
)

// A recording says what every dispatcher of the program has done.
func Example() {
	stop, err := proactor.StartRecording(proactor.RecordOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	d, err := proactor.New(proactor.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	d.Post(proactor.NewOperation(func(*proactor.Operation) { d.Stop() }))
	d.Run()
	d.Close()
	for _, r := range stop() {
		fmt.Println(r.What(), r.State())
	}
	// Output: post done
}
