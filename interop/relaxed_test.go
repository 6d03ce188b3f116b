package interop

import "testing"

// TestRelaxed: a REQ that is relaxed and correlates gives a request up, and
// accepts only the reply to its last request; late replies are dropped.
func TestRelaxed(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		req := c.startA(s, "REQ", options{relaxed: true}, endpoint)
		rep := c.startB(s, "REP", options{}, endpoint)
		for range 5 {
			s.must(req.say("given up"))
			s.hears(rep, "given up")
			s.must(req.say("meant"))
			s.must(rep.say("late reply"))
			s.hears(rep, "meant")
			s.must(rep.say("reply"))
			s.hears(req, "reply")
		}
	})
}

// TestCorrelationOnTheWire: the request id is four bytes before the empty frame.
// A reply must have the same id.
func TestCorrelationOnTheWire(t *testing.T) {
	forEachCast(t, func(s *fixture, c cast, endpoint string) {
		req := c.startA(s, "REQ", options{relaxed: true}, endpoint)
		router := c.startB(s, "ROUTER", options{}, endpoint)
		var last string
		for range 3 {
			s.must(req.say("question", "1"))
			q, err := router.hear()
			s.must(err)
			if len(q) != 5 || len(q[1]) != 4 || q[1] == last || q[2] != "" || q[3] != "question" || q[4] != "1" {
				s.Fatalf("a request is %q", q)
			}
			last = q[1]
			s.must(router.say(q[0], "none", "", "wrong id"))
			s.must(router.say(q[0], "", "no id"))
			s.must(router.say(q[0], last, "", "answer"))
			s.hears(req, "answer")
		}
	})
}
