package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	policy "unitd/policy/webhook"
)

// ServeHTTP answers one request. What is wrong with it is told to nobody who has not shown the secret: whatever the path,
// the method or the signature, the answer is the same.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength > maxBody {
		w.Header().Set("Connection", "close") // it is not read
		d.refuse(w, r, "", http.StatusRequestEntityTooLarge, fmt.Sprintf("its body has %d bytes, and %d are read", r.ContentLength, maxBody))
		return
	}
	if hook, ok := d.find(r.URL.Path); ok {
		if r.Method == http.MethodPost {
			d.receive(w, r, hook)
		} else {
			d.refuse(w, r, hook.Pipeline, http.StatusNotFound, "its method is not POST")
		}
		return
	}
	if hook, run, ok := d.findRun(r.URL.Path); ok {
		d.status(w, r, hook, run)
		return
	}
	d.refuse(w, r, "", http.StatusNotFound, "no webhook has this path")
}

// receive answers a request to a hook.
func (d *Door) receive(w http.ResponseWriter, r *http.Request, hook Hook) {
	refuse := func(status int, why string) { d.refuse(w, r, hook.Pipeline, status, why) }
	now := time.Now()
	key, err := d.server.key(hook)
	if err != nil {
		refuse(http.StatusNotFound, err.Error())
		return
	}
	seal, err := hook.Rule.Seal(key, r.Header, now)
	if err != nil {
		refuse(http.StatusNotFound, err.Error())
		return
	}
	body, release, err := d.server.read(w, r)
	defer release()
	switch {
	case tooLarge(err):
		refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("its body has more than %d bytes", maxBody))
		return
	case err != nil:
		refuse(http.StatusBadRequest, "its body did not come whole")
		return
	case !seal.Holds(body):
		refuse(http.StatusNotFound, "the signature is not one with the secret of "+hook.SecretFile)
		return
	}
	proven(r)
	d.accept(w, r, hook, key, seal, body, now)
}

// accept answers a request that was sent by one who has the secret.
func (d *Door) accept(w http.ResponseWriter, r *http.Request, hook Hook, key policy.Key, seal policy.Seal, body []byte, now time.Time) {
	log := d.server.Log.With("pipeline", hook.Pipeline)
	m := d.server.memory(hook.Pipeline)
	m.mu.Lock()
	defer m.mu.Unlock()
	if wait := m.bucket.Take(now, hooksAtOnce, hookInterval); wait > 0 {
		d.logRefusal(r, now, hook.Pipeline, "more come than are answered")
		tooMany(w, wait)
		return
	}
	event, err := hook.Rule.Provider.Read(r.Header, body)
	if err != nil {
		log.Warn("refuse a webhook with a good signature", "reason", err)
		answer(w, http.StatusBadRequest, map[string]any{"error": err.Error()})
		return
	}
	decision := hook.Rule.Decide(event)
	if !decision.Start {
		answer(w, http.StatusOK, map[string]any{"ignored": decision.Because})
		return
	}
	delivery := hook.Rule.NewDelivery(seal, event, body)
	if run, known := m.deliveries.Known(delivery); known {
		answer(w, http.StatusOK, asked{run, statusURL(r, hook, key, run), true})
		return
	}
	from := asker(hook.Rule.Provider, decision.Push)
	// Whoever has sent it may go before the answer is there: the run begins all the same, and is remembered.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), deployTime)
	defer cancel()
	run, err := d.server.Pipelines.Deploy(ctx, hook.Pipeline, from)
	if err != nil {
		log.Error("begin no run for a webhook", "from", from, "reason", err)
		w.Header().Set("Retry-After", "30")
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": "the pipeline takes no requests now"})
		return
	}
	delivery.Run, delivery.At = run, now
	m.deliveries = m.deliveries.With(delivery)
	if err := d.server.Remember(hook.Pipeline, m.deliveries); err != nil {
		log.Error("remember a delivery: the same one begins another run after a restart", "error", err)
	}
	log.Info("webhook asks for a run", "run", run, "from", from, "delivery", delivery.ID)
	answer(w, http.StatusAccepted, asked{run, statusURL(r, hook, key, run), false})
}

// asked answers who has asked for a run, or had before.
type asked struct {
	Run       int    `json:"run"`
	StatusURL string `json:"status_url"`
	Duplicate bool   `json:"duplicate,omitempty"`
}

// asker says for people who has asked for a run.
func asker(provider policy.Provider, p policy.Push) string {
	text := string(provider) + " push"
	if p.Commit != "" {
		text += " " + p.Commit[:7]
	}
	if p.By != "" {
		text += " by " + p.By
	}
	return text
}

// key reads the secret of a hook.
func (s *Server) key(hook Hook) (policy.Key, error) {
	content, err := s.ReadSecret(hook.SecretFile)
	if err != nil {
		return policy.Key{}, fmt.Errorf("secret_file %s %w", hook.SecretFile, err)
	}
	key, err := hook.Rule.NewKey(content)
	if err != nil {
		return policy.Key{}, fmt.Errorf("secret_file %s %w", hook.SecretFile, err)
	}
	return key, nil
}

// read reads a body. What is larger than usual waits until few such are read, and counts as one until it is released.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (body []byte, release func(), err error) {
	release = func() {}
	limited := http.MaxBytesReader(w, r.Body, maxBody)
	var buffer bytes.Buffer
	if _, err := io.CopyN(&buffer, limited, usualBody); err != nil {
		if errors.Is(err, io.EOF) {
			return buffer.Bytes(), release, nil
		}
		return nil, release, err
	}
	select {
	case s.large <- struct{}{}:
		release = func() { <-s.large }
	case <-r.Context().Done():
		return nil, release, r.Context().Err()
	}
	_, err = io.Copy(&buffer, limited)
	return buffer.Bytes(), release, err
}

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

// refuse answers somebody who has not shown the secret.
func (d *Door) refuse(w http.ResponseWriter, r *http.Request, pipeline string, status int, why string) {
	now := time.Now()
	d.logRefusal(r, now, pipeline, why)
	d.mu.Lock()
	wait := d.bucket.Take(now, refusedAtOnce, refusedInterval)
	d.mu.Unlock()
	if wait > 0 {
		tooMany(w, wait)
		return
	}
	answer(w, status, map[string]any{"error": strings.ToLower(http.StatusText(status))})
}

// sender is who has sent a request as far as the account's web server tells, for the log.
func sender(r *http.Request) string {
	from := r.RemoteAddr
	if all := r.Header.Values("X-Forwarded-For"); len(all) > 0 {
		from = all[len(all)-1]
		from = strings.TrimSpace(from[strings.LastIndexByte(from, ',')+1:])
	}
	return from[:min(len(from), 60)]
}
