package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"unitd/ipc/protocol"
)

// maxEvent is the longest event that is read: the states of all units of an account.
const maxEvent = 4 << 20

// ErrStreamEnded says that the manager ended a stream before its end, as it does when it shuts down.
var ErrStreamEnded = errors.New("the manager ended the stream")

// stream reads server-sent events (WHATWG HTML, "Server-sent events") and gives each document to emit
// until the event "end".
func stream[T any](ctx context.Context, c *Client, path string, query url.Values, emit func(T) error) error {
	response, err := c.do(ctx, http.MethodGet, path, query, nil)
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
			if name == "end" {
				return nil
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
