package alert

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"unitd/units"
)

// TestLaws lets a unit live any life, its memory saved and read again at any time, and holds what is told to the laws:
// no two of a kind within the interval, recovered only after a failure, a failure that lasts is told in the end, and what
// is left out is counted.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		def, m := app(usual...), &Memory{}
		interval := def.Alerts[0].Interval
		now := began
		last := map[units.AlertKind]time.Time{}
		down := false // as whoever is told knows
		occurred, counted := 0, 0
		take := func(messages []Message) {
			for _, message := range messages {
				if at, told := last[message.Kind]; told && now.Sub(at) < interval {
					t.Fatalf("%s twice within %v", message.Kind, now.Sub(at))
				}
				if message.Kind == units.AlertRecovered && !down {
					t.Fatal("recovered without a failure")
				}
				down = message.Kind == units.AlertFailed
				last[message.Kind] = now
				counted += 1 + message.LeftOut
			}
		}
		states := []string{"active", "activating", "failed", "inactive", "deactivating", "loop"}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			next := now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "seconds")) * time.Second)
			for d := m.Deadline(); !d.IsZero() && !d.After(next); d = m.Deadline() {
				now = d
				before := m.Standing
				take(m.Expire(def, now))
				if m.Standing != before {
					occurred++ // a row of failures has ended
				}
			}
			now = next
			state := rapid.SampledFrom(states).Draw(t, "state")
			o := Observation{At: now, Active: state}
			if state == "loop" {
				o.Active, o.InARow = "activating", rapid.IntRange(1, 9).Draw(t, "in a row")
			}
			before := m.Standing
			take(m.Observe(def, o))
			if m.Standing != before && (m.Standing == Failed || m.Standing == Failing || m.Standing == Well) {
				occurred++
			}
			if rapid.Bool().Draw(t, "saved and read") {
				m = readAgain(t, m)
			}
		}
		if m.Standing == Failed {
			for d := m.Deadline(); !d.IsZero(); d = m.Deadline() {
				now = d
				take(m.Expire(def, now))
			}
			if !down {
				t.Fatal("it has failed, and nobody knows")
			}
		}
		if counted > occurred {
			t.Fatalf("%d told or left out, and %d have happened", counted, occurred)
		}
	})
}

func readAgain(t *rapid.T, m *Memory) *Memory {
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	again := &Memory{}
	if err := json.Unmarshal(text, again); err != nil {
		t.Fatal(err)
	}
	if more, _ := json.Marshal(again); !bytes.Equal(more, text) {
		t.Fatalf("%s became %s", text, more)
	}
	if !reflect.DeepEqual(m.Deadline().UTC(), again.Deadline().UTC()) {
		t.Fatalf("its deadline changed from %v to %v", m.Deadline(), again.Deadline())
	}
	return again
}

// TestMailHeader wants the same header whatever the texts hold, and a body that says what they say.
func TestMailHeader(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"x\r\nBcc: a@b", "\n\n.\n", "=?utf-8?q?=0aBcc:?=", "a\u2028Bcc: x", strings.Repeat("ü", 5000)}))
		message := Message{Unit: "app.a", Alert: "ops", Item: Item{Kind: units.AlertFailed, At: began, State: text.Draw(t, "state"), Reason: text.Draw(t, "reason")}}
		def := &units.Unit{ID: "app.a", Description: text.Draw(t, "description")}
		scope := message.Words(def, Where{Host: text.Draw(t, "host"), Account: text.Draw(t, "account")}, []string{text.Draw(t, "log"), "last"})
		raw := string(Mail([]string{"ops@example.org", "root"}, scope, began))
		if strings.ContainsAny(raw, "\r\x00") {
			t.Fatalf("control characters in %q", raw)
		}
		for line := range strings.Lines(raw) {
			if len(line) > 998 {
				t.Fatalf("a line of %d bytes", len(line))
			}
		}
		parsed, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatalf("%v in %q", err, raw)
		}
		var names []string
		for name := range parsed.Header {
			names = append(names, name)
		}
		slices.Sort(names)
		want := "Auto-Submitted Content-Transfer-Encoding Content-Type Date Mime-Version Subject To"
		if got := strings.Join(names, " "); got != want {
			t.Fatalf("header %s", got)
		}
		if to := parsed.Header.Get("To"); to != "ops@example.org, root" {
			t.Fatalf("to %q", to)
		}
		if subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject")); err != nil || strings.ContainsAny(subject, "\r\n") {
			t.Fatalf("subject %q: %v", subject, err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(parsed.Body))
		if err != nil || !strings.Contains(string(body), "unit    app.a\n") || !strings.Contains(string(body), "last\n") {
			t.Fatalf("body %q: %v", body, err)
		}
	})
}

// TestWords wants texts of every kind to stay within their bounds, and in one line where that is promised.
func TestWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOf(rapid.String()).Draw(t, "log")
		m := Message{Unit: "app.a", Item: Item{Kind: units.AlertFailed, Reason: rapid.String().Draw(t, "reason")}, LeftOut: 3}
		s := m.Words(&units.Unit{ID: "app.a"}, Where{}, append(lines, strings.Repeat("x", 3000), strings.Repeat("y", 2000)))
		if len(s.Summary) > maxSummary || strings.ContainsAny(s.Summary, "\r\n") {
			t.Fatalf("summary %q", s.Summary)
		}
		if len(s.Reason) > maxReason || len(s.Log) > maxLog || !strings.HasSuffix(s.Log, "…") {
			t.Fatalf("reason of %d bytes, log of %d", len(s.Reason), len(s.Log))
		}
		for _, entry := range Environment(s) {
			if strings.Contains(entry, "\x00") {
				t.Fatalf("%q", entry)
			}
		}
		var again units.AlertScope
		if err := json.Unmarshal(JSON(s), &again); err != nil || again != s {
			t.Fatalf("%+v became %+v: %v", s, again, err)
		}
	})
}

func TestSummaries(t *testing.T) {
	for want, m := range map[string]Message{
		"app.a on web1 (shop) failed: exit 3":                                        {Item: Item{Kind: units.AlertFailed, Reason: "exit 3"}},
		"app.a on web1 (shop) failed: exit 3 (1 alert before this one was left out)": {Item: Item{Kind: units.AlertFailed, Reason: "exit 3"}, LeftOut: 1},
		"app.a on web1 (shop) recovered (2 alerts before this one were left out)":    {Item: Item{Kind: units.AlertRecovered}, LeftOut: 2},
		"app.a on web1 (shop) deployed #18 3f9c1e2":                                  {Item: Item{Kind: units.AlertDeployed, Run: 18, Commit: "3f9c1e2aaaaaaaaa"}},
		"app.a on web1 (shop) rolled back #18 3f9c1e2: step test: exit 1":            {Item: Item{Kind: units.AlertRolledBack, Run: 18, Commit: "3f9c1e2a", Reason: "step test: exit 1"}},
	} {
		m.Unit = "app.a"
		if got := m.Words(&units.Unit{}, Where{"web1", "shop"}, nil).Summary; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
