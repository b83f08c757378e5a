package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A row is one figure, of each contestant in the order of the field; "" where it was not measured.
type row struct {
	name    string
	figures [contestants]string
	aims    []aim
}

// aim is what one contestant is held to.
type aim struct {
	text string
	met  bool
}

func (a aim) String() string {
	if a.met {
		return a.text + ": yes"
	}
	return a.text + ": **no**"
}

func (r row) String() string {
	columns := []string{r.name}
	for _, figure := range r.figures {
		columns = append(columns, cmp.Or(figure, "-"))
	}
	var aims []string
	for _, a := range r.aims {
		aims = append(aims, a.String())
	}
	columns = append(columns, cmp.Or(strings.Join(aims, "; "), "-"))
	return "| " + strings.Join(columns, " | ") + " |"
}

// heading is that of the table: what is measured, each contestant, and the aims.
const heading = "| figure | unitd | unitd, proxy | gunicorn | aim |\n|---|---|---|---|---|\n"

// contests compare pools of unitd with gunicorn, the same app under the same Python, one after the other.
var contests = []struct {
	name string
	hold func(*host) ([]row, error)
}{
	{"throughput", throughput}, {"reloads", reloads}, {"max_requests", worn}, {"max_age", aged}, {"kills", kills}, {"hangs", hangs},
}

// both names the two ways in which clients use connections.
var both = []struct {
	name   string
	closes bool
}{{"a connection each", true}, {"keep-alive", false}}

// throughput is how many requests the contestants answer. Behind the proxy workers listen on ports, as most programs do; the
// other row has them listen on Unix sockets.
func throughput(h *host) ([]row, error) {
	rows, err := h.rates(settings{}, "")
	if err != nil {
		return nil, err
	}
	more, err := h.rates(settings{sockets: true}, ", proxy by Unix sockets")
	return append(rows, more...), err
}

// rates has the contestants serve in turns, since the machine is never quiet. With sockets the one that they change
// nothing for is left out.
func (h *host) rates(s settings, how string) ([]row, error) {
	const (
		turns   = 5
		clients = 32
		turn    = 4 * time.Second
		warming = 2 * time.Second
	)
	var rows []row
	err := h.contest(s, func(field []*contestant) error {
		for _, way := range both {
			rates, tails := make([][]float64, len(field)), make([][]time.Duration, len(field))
			for n := range turns + 1 {
				length := turn
				if n == 0 {
					length = warming
				}
				for i, c := range field {
					if s.sockets && i == inherited {
						continue
					}
					l, err := h.wrk(c.address, clients, way.closes, func() error { time.Sleep(length); return nil })
					if err != nil {
						return err
					}
					if l.failed > 0 {
						return fmt.Errorf("%s: %d of %d requests failed, and nothing was done to it", c.name, l.failed, l.requests)
					}
					if n > 0 {
						rates[i], tails[i] = append(rates[i], l.perSecond), append(tails[i], l.p99)
					}
				}
			}
			rate, tail := row{name: fmt.Sprintf("requests/s, %d clients, %s%s", clients, way.name, how)}, row{name: "p99, " + way.name + how}
			theirs := middle(rates[gunicorn])
			for i := range field {
				if len(rates[i]) == 0 {
					continue
				}
				ours := middle(rates[i])
				rate.figures[i], tail.figures[i] = fmt.Sprintf("%.0f", ours), inMilliseconds(middle(tails[i]))
				if share, ok := shares[i]; ok {
					rate.aims = append(rate.aims, aim{fmt.Sprintf("at least %.1f of gunicorn (%.2f)", share, ours/theirs), ours >= share*theirs})
				}
			}
			rows = append(rows, rate, tail)
		}
		return nil
	})
	return rows, err
}

// shares are how many requests of those that gunicorn answers unitd is to answer.
var shares = map[int]float64{inherited: 1, proxied: 0.8}

func middle[T float64 | time.Duration](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}

func inMilliseconds(d time.Duration) string { return fmt.Sprintf("%.1f ms", milliseconds(d)) }

// disturbances is how often a contestant is reloaded, recycled or has a worker killed, disturbing how many clients it has
// meanwhile.
const (
	disturbances = 20
	disturbing   = 8
)

// disturbed loads contestants, in both ways, while something is done to them, and counts the requests that failed.
// With alone that is unitd only. With lossless unitd is to lose none, as inherited for clients with a connection each.
func (h *host) disturbed(name string, s settings, alone, lossless bool, disturb func(*contestant) error) ([]row, error) {
	var rows []row
	for _, way := range both {
		r := row{name: fmt.Sprintf("failed over %d %s, %s", disturbances, name, way.name)}
		if s.life > 0 {
			rate, err := h.pace(way.closes)
			if err != nil {
				return nil, err
			}
			s.requests = int(rate * s.life.Seconds() / workers)
			r.name += fmt.Sprintf(", %d requests: a life of %s", s.requests, s.life)
		}
		err := h.contest(s, func(field []*contestant) error {
			for i, c := range field {
				if alone && i == gunicorn {
					continue
				}
				l, err := h.wrk(c.address, disturbing, way.closes, func() error { return disturb(c) })
				if err != nil {
					return fmt.Errorf("%s: %s: %w", name, c.name, err)
				}
				r.figures[i] = fmt.Sprintf("%d of %d", l.failed, l.requests)
				if lossless && (i == proxied || i == inherited && way.closes) {
					r.aims = append(r.aims, aim{c.name + " 0", l.failed == 0})
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// pace is how many requests a second a pool of unitd answers with as many clients as it is disturbed with.
func (h *host) pace(closes bool) (rate float64, err error) {
	const length = 4 * time.Second
	err = h.contest(settings{}, func(field []*contestant) error {
		l, err := h.wrk(field[inherited].address, disturbing, closes, func() error { time.Sleep(length); return nil })
		rate = l.perSecond
		return err
	})
	return rate, err
}

func reloads(h *host) ([]row, error) {
	return h.disturbed("reloads", settings{}, false, true, func(c *contestant) error {
		for range disturbances {
			old, err := c.pids()
			if err != nil {
				return err
			}
			if err := c.reload(); err != nil {
				return err
			}
			if err := c.await(old); err != nil {
				return err
			}
		}
		return nil
	})
}

// worn has workers replaced after a number of requests, which those count themselves that inherit their socket. The number
// is such that they live so long at the pace of a pool of unitd: longer than a start takes, and not as long.
func worn(h *host) ([]row, error) {
	var rows []row
	for _, life := range []time.Duration{5 * time.Second, time.Second} {
		more, err := h.disturbed("recyclings by max_requests", settings{life: life}, false, true, replaced)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// aged has unitd replace workers by their age.
func aged(h *host) ([]row, error) {
	return h.disturbed("recyclings by max_age", settings{age: 3 * time.Second}, true, true, replaced)
}

// replaced waits until there were enough other workers.
func replaced(c *contestant) error {
	seen := map[int]bool{}
	for deadline := time.Now().Add(5 * patience); len(seen) < workers+disturbances; time.Sleep(20 * time.Millisecond) {
		pids, err := c.pids()
		if err != nil {
			return err
		}
		for _, pid := range pids {
			seen[pid] = true
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d workers were there in %s", len(seen), 5*patience)
		}
	}
	return nil
}

func kills(h *host) ([]row, error) {
	return h.disturbed("kill -9 of a worker", settings{}, false, false, func(c *contestant) error {
		chance := rand.New(rand.NewPCG(1, 2)) // the same for both
		for range disturbances {
			pids, err := c.pids()
			if err != nil {
				return err
			}
			victim := pids[chance.IntN(len(pids))]
			if err := syscall.Kill(victim, syscall.SIGKILL); err != nil {
				return err
			}
			if err := c.await([]int{victim}); err != nil {
				return err
			}
		}
		return nil
	})
}

// hangs stops a worker and waits until another one serves in its place.
func hangs(h *host) ([]row, error) {
	var rows []row
	for _, timeout := range []time.Duration{time.Second, 5 * time.Second} {
		r := row{name: fmt.Sprintf("a stopped worker is replaced, timeout %s", timeout)}
		err := h.contest(settings{hang: timeout}, func(field []*contestant) error {
			for i, c := range field {
				var stopped time.Duration
				_, err := h.wrk(c.address, workers, true, func() error {
					pids, err := c.pids()
					if err != nil {
						return err
					}
					begun := time.Now()
					if err := syscall.Kill(pids[0], syscall.SIGSTOP); err != nil {
						return err
					}
					err = c.await(pids[:1])
					stopped = time.Since(begun)
					return err
				})
				if err != nil {
					return err
				}
				r.figures[i] = fmt.Sprintf("%.1f s", stopped.Seconds())
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	return rows, nil
}
