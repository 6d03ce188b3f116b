package contender

import "context"

// Subscriptions builds the two programs that measure what subscriptions cost.
func (w *Workshop) Subscriptions(ctx context.Context) (ours, libzmq string, err error) {
	ours, err = w.make(ctx, source{program: "subscriptions", build: goBuild(".", "./cmd/subscriptions")})
	if err != nil {
		return "", "", err
	}
	libzmq, err = w.make(ctx, source{program: "subscriptions-libzmq", build: gcc("subscriptions", "-lzmq")})
	return ours, libzmq, err
}
