package option

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/actum-go/actum/zmq/internal/wire"
)

// value is what an option's value can do. Texts are in libzmq's form.
type value interface {
	set(v *Values, text string) error
	get(v *Values) string
	// given reports whether a program has set the field.
	given(v *Values) bool
	// check refuses a field that a program has set to a value that is not allowed.
	check(v *Values) error
	// allowed says in words what set accepts.
	allowed() string
}

// number is a number. Two forms of it differ: libzmq's, in which a time is a
// number of milliseconds and 0 or -1 often means none, and the field's, in which
// 0 is always the default.
type number[T ~int | ~int64] struct {
	field       func(*Values) *T
	unit        int64               // the field's value for libzmq's 1
	least, most int64               // libzmq's numbers with no special meaning
	special     []special           // libzmq's numbers with one
	zero        func(*Values) int64 // libzmq's number for the field's 0
	bounded     bool                // the field, too, is at most what most stands for
}

// special is a number of libzmq's that stands for another value here.
type special struct {
	number, value int64
	means         string
}

func always(n int64) func(*Values) int64 { return func(*Values) int64 { return n } }

func (n number[T]) set(v *Values, text string) error {
	x, err := strconv.ParseInt(text, 10, 64)
	if err == nil {
		if i := slices.IndexFunc(n.special, func(s special) bool { return s.number == x }); i >= 0 {
			*n.field(v) = T(n.special[i].value)
			return nil
		}
	}
	if err != nil || x < n.least || x > n.most {
		return fmt.Errorf("%q: expected a number, %s", text, n.allowed())
	}
	*n.field(v) = T(x * n.unit)
	return nil
}

// get rounds up to libzmq's unit, so that a short time does not become none.
func (n number[T]) get(v *Values) string { return strconv.FormatInt(n.number(v), 10) }

func (n number[T]) number(v *Values) int64 {
	x := int64(*n.field(v))
	if x == 0 {
		return n.zero(v)
	}
	for _, s := range n.special {
		if s.value < 0 && x < 0 || s.value == x && x%n.unit != 0 {
			return s.number
		}
	}
	if n.unit == 1 {
		return x
	}
	return min((x-1)/n.unit+1, n.most)
}

func (n number[T]) given(v *Values) bool { return *n.field(v) != 0 }

func (n number[T]) check(v *Values) error {
	x := *n.field(v)
	negative := slices.ContainsFunc(n.special, func(s special) bool { return s.value < 0 })
	if x < 0 && !negative {
		return fmt.Errorf("%v: expected 0, for the default, or more", x)
	}
	if most := T(n.most * n.unit); n.bounded && x > most {
		return fmt.Errorf("%v: expected at most %v", x, most)
	}
	return nil
}

// allowed is the range and the special numbers: "-1 or more, up to 100; -1 for no
// limit".
func (n number[T]) allowed() string {
	least := n.least
	for _, s := range n.special {
		least = min(least, s.number)
	}
	text := fmt.Sprintf("%d or more, up to %d", least, n.most)
	if least == -1 && n.least == 1 && len(n.special) == 1 {
		text += ", but not 0"
	}
	sorted := slices.SortedFunc(slices.Values(n.special), func(a, b special) int { return cmp.Compare(a.number, b.number) })
	for _, s := range sorted {
		text += fmt.Sprintf("; %d for %s", s.number, s.means)
	}
	return text
}

// toggle is a switch: 0 or 1.
type toggle func(*Values) *bool

func (t toggle) set(v *Values, text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return fmt.Errorf("%q: expected 0 or 1", text)
	}
	*t(v) = on
	return nil
}

func (t toggle) get(v *Values) string {
	if *t(v) {
		return "1"
	}
	return "0"
}

func (t toggle) given(v *Values) bool { return *t(v) }
func (t toggle) check(*Values) error  { return nil }
func (t toggle) allowed() string      { return "0 or 1" }

// routingID is the value of RoutingID.
type routingID struct{}

func (routingID) set(v *Values, text string) error {
	if text == "" {
		return fmt.Errorf("0 bytes: expected %s", routingID{}.allowed())
	}
	id := []byte(text)
	if err := checkRoutingID(id); err != nil {
		return err
	}
	v.RoutingID = id
	return nil
}

func (routingID) get(v *Values) string  { return string(v.RoutingID) }
func (routingID) given(v *Values) bool  { return len(v.RoutingID) > 0 }
func (routingID) check(v *Values) error { return checkRoutingID(v.RoutingID) }
func (routingID) allowed() string {
	return fmt.Sprintf("1 to %d bytes, the first of them not zero", wire.MaxIdentity)
}

func checkRoutingID(id []byte) error {
	if len(id) > wire.MaxIdentity {
		return fmt.Errorf("%d bytes: expected %s", len(id), routingID{}.allowed())
	}
	if len(id) > 0 && id[0] == 0 {
		return errors.New("the first byte must not be zero: such ids are made up by ROUTER sockets")
	}
	return nil
}

// prefixes is the value of Subscribe: set adds one.
type prefixes struct{}

func (prefixes) set(v *Values, text string) error {
	if len(text) > wire.MaxSubscription {
		return fmt.Errorf("%d bytes: expected %s", len(text), prefixes{}.allowed())
	}
	v.Subscribe = append(slices.Clip(v.Subscribe), text)
	return nil
}

func (prefixes) get(v *Values) string { return strings.Join(v.Subscribe, " ") }
func (prefixes) given(v *Values) bool { return len(v.Subscribe) > 0 }
func (prefixes) check(v *Values) error {
	for _, prefix := range v.Subscribe {
		if len(prefix) > wire.MaxSubscription {
			return fmt.Errorf("a prefix of %d bytes: expected %s", len(prefix), prefixes{}.allowed())
		}
	}
	return nil
}
func (prefixes) allowed() string { return fmt.Sprintf("at most %d bytes", wire.MaxSubscription) }

// The kinds of numbers.

func milliseconds(field func(*Values) *time.Duration, byDefault, least int64, specials ...special) number[time.Duration] {
	return number[time.Duration]{field: field, unit: int64(time.Millisecond), least: least, most: math.MaxInt32, special: specials, zero: always(byDefault)}
}

// mark is a high-water mark in messages.
func mark(field func(*Values) *int) number[int] {
	return number[int]{field: field, unit: 1, least: 1, most: math.MaxInt32, zero: always(DefaultHWM), special: []special{{0, -1, "no mark"}}}
}

// byteMark is a high-water mark in bytes.
func byteMark(field func(*Values) *int) number[int] {
	return number[int]{field: field, unit: 1, most: math.MaxInt32, zero: always(0)}
}

// bufferSize is the size of one of the system's buffers.
func bufferSize(field func(*Values) *int) number[int] {
	return number[int]{field: field, unit: 1, most: math.MaxInt32, bounded: true, zero: always(-1), special: []special{{-1, 0, "the system's choice"}}}
}

// atMost is a limit that the field's negative numbers, and libzmq's -1, switch
// off. libzmq's 0 would allow nothing, and is refused.
func atMost[T ~int | ~int64](field func(*Values) *T, most int64, zero func(*Values) int64) number[T] {
	return number[T]{field: field, unit: 1, least: 1, most: most, zero: zero, special: []special{{-1, -1, "no limit"}}}
}
