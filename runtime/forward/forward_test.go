package forward

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"unitd/internal/testlog"
)

// closedLog is a log of the host that takes nothing.
type closedLog struct{}

func (closedLog) deliver(Entry) error { return errors.New("it is closed") }
func (closedLog) missing() string     { return "" }
func (closedLog) close()              {}

// However few lines are dropped, in the end all of them are told, once a minute.
func TestDroppedLinesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &testlog.Log{}
		f := &Forwarder{logger: log.Logger(), outlets: map[string]*outlet{}}
		f.outlets[Syslog] = &outlet{name: Syslog, to: closedLog{}, forwarder: f}
		send := func(lines int) {
			for n := range lines {
				f.Send(Syslog, entry(n))
				synctest.Wait()
			}
		}
		told := func(want ...string) {
			t.Helper()
			var counts []string
			for line := range strings.Lines(log.String()) {
				if _, rest, found := strings.Cut(line, "dropped="); found {
					count, _, _ := strings.Cut(rest, " ")
					counts = append(counts, count)
				}
			}
			if !slices.Equal(counts, want) {
				t.Fatalf("told %q, want %q", counts, want)
			}
		}
		send(7)
		told("1")
		time.Sleep(toldEvery - time.Second)
		send(2)
		told("1")
		time.Sleep(time.Second)
		synctest.Wait()
		told("1", "8")
		time.Sleep(10 * toldEvery)
		told("1", "8")
		send(3)
		told("1", "8", "1")
		f.Close(patience)
		told("1", "8", "1", "2")
		send(1) // after the end
		told("1", "8", "1", "2")
	})
}
