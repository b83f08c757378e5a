package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"

	"unitd/ipc/protocol"
)

// maxEvent is the longest event that is read: the states of all units of an account.
const maxEvent = 4 << 20

// ErrStreamEnded says that the manager ended a stream before its end, as it does when it shuts down.
var ErrStreamEnded = errors.New("the manager ended the stream")

// againError says that the manager executes another program, which knows how to go on.
type againError struct{ protocol.Again }

func (*againError) Error() string { return "the manager executes another program" }

// stream reads server-sent events (WHATWG HTML, "Server-sent events") and gives each document to emit
// until the event "end". Where the manager says "again" it asks anew.
func stream[T any](ctx context.Context, c *Client, path string, query url.Values, emit func(T) error) error {
	return streamAgain(ctx, c, path, query, func(protocol.Again) {}, emit)
}

// streamAgain is stream with what is to be done before it asks anew.
func streamAgain[T any](ctx context.Context, c *Client, path string, query url.Values, again func(protocol.Again), emit func(T) error) error {
	for {
		err := streamOnce(ctx, c, path, query, emit)
		var said *againError
		if !errors.As(err, &said) {
			return err
		}
		again(said.Again)
	}
}

func streamOnce[T any](ctx context.Context, c *Client, path string, query url.Values, emit func(T) error) error {
	response, err := c.do(ctx, http.MethodGet, path, query, nil)
	if errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) { // it ended while there was nothing to tell yet
		return ErrStreamEnded
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(make([]byte, 0, 4096), maxEvent)
	var name string
	for lines.Scan() {
		field, value, _ := bytes.Cut(lines.Bytes(), []byte(": "))
		switch string(field) {
		case "event":
			name = string(value)
		case "data":
			switch name {
			case "end":
				return nil
			case "again":
				said := &againError{}
				if err := json.Unmarshal(value, &said.Again); err != nil {
					return fmt.Errorf("read event %s: %w", name, err)
				}
				return said
			}
			if err := event(name, value, emit); err != nil {
				return err
			}
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(lines.Err(), bufio.ErrTooLong):
		return fmt.Errorf("read %s: an event is longer than %d bytes", path, maxEvent)
	}
	return ErrStreamEnded
}

func event[T any](name string, text []byte, emit func(T) error) error {
	if name == "problem" {
		problem := &protocol.Problem{}
		if err := json.Unmarshal(text, problem); err != nil {
			return fmt.Errorf("read event %s: %w", name, err)
		}
		return problem
	}
	var document T
	if err := json.Unmarshal(text, &document); err != nil {
		return fmt.Errorf("read event %s: %w", name, err)
	}
	return emit(document)
}
