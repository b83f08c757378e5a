package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/access"
)

// exchange is one request and its answer.
type exchange struct {
	server   *Server
	entrance *Entrance
	w        http.ResponseWriter
	r        *http.Request
	body     []byte
	events   bool // the answer has become a stream

	patience time.Duration // with a caller who does not read
	pace     time.Duration // how often events are made to leave; 0: each is
	flushed  time.Time     // when some left last
}

func (x *exchange) manager() ipc.Manager     { return x.server.Manager }
func (x *exchange) context() context.Context { return x.r.Context() }

// run reads the request, asks whether it is permitted and serves it.
func (x *exchange) run(rt route) error {
	if err := x.read(); err != nil {
		return err
	}
	verb, err := rt.verb(x)
	if err != nil {
		return err
	}
	if err := x.authorise(verb); err != nil {
		return err
	}
	if err := x.understands(rt.query); err != nil {
		return err
	}
	if rt.stream {
		return x.stream(rt)
	}
	ctx, cancel := context.WithTimeout(x.context(), requestTimeout)
	defer cancel()
	x.r = x.r.WithContext(ctx)
	return rt.serve(x)
}

// read takes the whole body, so that nothing after it depends on how fast the caller writes.
func (x *exchange) read() error {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, maxBodyBytes))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &protocol.Problem{
			Type: protocol.TypeTooLarge, Title: "request too large", Status: http.StatusRequestEntityTooLarge,
			Detail: fmt.Sprintf("the body is longer than %d bytes", tooLarge.Limit),
		}
	}
	if err != nil {
		return protocol.BadRequest("read request: %v", err)
	}
	x.body = body
	// net/http would cancel the request when the time for reading it is over, read or not.
	return http.NewResponseController(x.w).SetReadDeadline(time.Time{})
}

// authorise asks policy about the peer, at every request: a connection may outlive what allowed it.
func (x *exchange) authorise(verb access.Verb) error {
	p, known := peerOf(x.context())
	if !known {
		return protocol.NotPermitted("the kernel does not say who is asking")
	}
	unit, control, told := x.server.UnitOf(p.pid)
	// Looked at behind that: as long as it lives nobody else has its pid.
	told = told && p.lives()
	caller := access.Caller{UID: p.uid, Unit: unit, Control: control, Unknown: !told}
	socket := x.entrance.rules()
	verdict := access.Decide(x.server.Owner, caller, socket, verb)
	if !verdict.Allowed {
		x.logRefusal(p, socket.Name, verb, verdict.Reason)
		return protocol.NotPermitted(verdict.Reason)
	}
	return nil
}

// logRefusal tells of somebody who may not do it, through the named socket (none: the control socket).
func (x *exchange) logRefusal(p peer, socket string, verb access.Verb, reason string) {
	attributes := []any{"uid", p.uid, "pid", p.pid, "verb", string(verb), "unit", x.target(), "reason", reason}
	if socket != "" {
		attributes = append(attributes, "socket", socket)
	}
	x.server.refusals.Warn(x.server.Log, time.Now(), "refuse request", attributes...)
}

// target is what the request is about, for people: the unit of the path, those of the query or of the body.
func (x *exchange) target() string {
	const longest = 200
	names := x.names()
	names = append(names, x.r.PathValue("id"), x.r.PathValue("pipeline"))
	var body struct {
		Unit     string   `json:"unit"`
		Pipeline string   `json:"pipeline"`
		Units    []string `json:"units"`
	}
	if json.Unmarshal(x.body, &body) == nil {
		names = append(append(names, body.Units...), body.Unit, body.Pipeline)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	text := strings.TrimSpace(strings.Join(names, " "))
	return text[:min(len(text), longest)]
}

// stream serves a stream, which ends with the connection or with the server.
func (x *exchange) stream(rt route) error {
	select {
	case x.entrance.streams <- struct{}{}:
		defer func() { <-x.entrance.streams }()
	default:
		return &protocol.Problem{
			Type: protocol.TypeBusy, Title: "too many streams", Status: http.StatusServiceUnavailable,
			Detail: fmt.Sprintf("%d streams are open, which is the most: end one of them (logs -f, wait)", cap(x.entrance.streams)),
		}
	}
	ctx, cancel := context.WithCancel(x.context())
	defer cancel()
	defer context.AfterFunc(x.server.ending, cancel)()
	x.r = x.r.WithContext(ctx)
	return rt.serve(x)
}

// decode reads the body as one JSON document of type T. An empty body is the zero T.
func decode[T any](x *exchange) (T, error) {
	var document T
	if len(bytes.TrimSpace(x.body)) == 0 {
		return document, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(x.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&document); err != nil {
		return document, protocol.BadRequest("read body as JSON: %v", strings.TrimPrefix(err.Error(), "json: "))
	}
	if decoder.More() {
		return document, protocol.BadRequest("read body as JSON: more than one document")
	}
	return document, nil
}

// understands refuses a query with other parameters than those, which would have no effect.
func (x *exchange) understands(parameters string) error {
	query, err := url.ParseQuery(x.r.URL.RawQuery)
	if err != nil {
		return protocol.BadRequest("read query: %v", err)
	}
	known := strings.Fields(parameters)
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case slices.Contains(known, name):
		case len(known) == 0:
			return protocol.BadRequest("there is no parameter %q: it takes none", name)
		default:
			return protocol.BadRequest("there is no parameter %q: it takes %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}

// names are the units that the query names.
func (x *exchange) names() []string { return x.r.URL.Query()["name"] }

// number reads a parameter of the query, from 0 to most; absent where there is none.
func (x *exchange) number(name string, absent, most int) (int, error) {
	text := x.r.URL.Query().Get(name)
	if text == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		return 0, protocol.BadRequest("%s is %q, not a number from 0 to %d", name, text, most)
	}
	return n, nil
}

// flag reads a parameter of the query that is true or false; false where there is none.
func (x *exchange) flag(name string) (bool, error) {
	text := x.r.URL.Query().Get(name)
	if text == "" {
		return false, nil
	}
	set, err := strconv.ParseBool(text)
	if err != nil {
		return false, protocol.BadRequest("%s is %q, which is neither true nor false", name, text)
	}
	return set, nil
}

// answer sends document, or err where there is one.
func (x *exchange) answer(status int, document any, err error) error {
	if err != nil {
		return err
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return err
	}
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Content-Length", strconv.Itoa(text.Len())) // or it would go in pieces
	x.w.WriteHeader(status)
	// A caller who has gone is no error of ours.
	_, _ = x.w.Write(text.Bytes())
	return nil
}

// done says that there is nothing to say, or err.
func (x *exchange) done(err error) error {
	if err == nil {
		x.w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// fail sends err as a problem, in a stream that has begun as its last event.
func (x *exchange) fail(err error) {
	problem := asProblem(err)
	if x.events {
		// Whoever is not there any more does not need to know.
		_ = x.send("problem", problem)
		return
	}
	x.w.Header().Set("Content-Type", "application/problem+json")
	x.w.WriteHeader(problem.Status)
	_ = json.NewEncoder(x.w).Encode(problem)
}

func asProblem(err error) *protocol.Problem {
	var problem *protocol.Problem
	switch {
	case errors.As(err, &problem):
		return problem
	case errors.Is(err, context.DeadlineExceeded):
		return &protocol.Problem{
			Type: protocol.TypeBusy, Title: "no answer in time", Status: http.StatusServiceUnavailable,
			Detail: fmt.Sprintf("the manager did not answer within %v", requestTimeout),
		}
	}
	return &protocol.Problem{
		Type: protocol.TypeInternal, Title: "the manager failed", Status: http.StatusInternalServerError, Detail: err.Error(),
	}
}
