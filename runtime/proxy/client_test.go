package proxy

import (
	"net"
	"testing"
	"time"
)

// bounds is a connection that notes until when writes may take.
type bounds struct {
	net.Conn
	until []time.Time
}

func (b *bounds) Write(p []byte) (int, error) { return len(p), nil }

func (b *bounds) SetWriteDeadline(t time.Time) error {
	b.until = append(b.until, t)
	return nil
}

func (b *bounds) SetDeadline(t time.Time) error { return b.SetWriteDeadline(t) }

// A client has its time for each answer, also once its connection has become another protocol's, for which the server takes
// all deadlines away.
func TestClientHasItsTimeToTakeAnswers(t *testing.T) {
	b := &bounds{}
	c := &client{Conn: b}
	write := func() {
		t.Helper()
		if _, err := c.Write([]byte("answer")); err != nil {
			t.Fatal(err)
		}
		if left := time.Until(b.until[len(b.until)-1]); left <= clientTime-time.Second || left > clientTime {
			t.Errorf("it has %s", left)
		}
	}
	write()
	write()
	if len(b.until) != 1 {
		t.Errorf("two answers in an instant begin its time %d times", len(b.until))
	}
	c.bounded.Add(-int64(time.Second))
	write()
	if len(b.until) != 2 {
		t.Errorf("an answer a second later does not begin it again: %v", b.until)
	}
	if err := c.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	write()
}
