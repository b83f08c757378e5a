package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
)

const (
	// connectTimeout covers a manager whose queue of connections is full.
	connectTimeout = 10 * time.Second
	// maxAnswer bounds what a broken server can make a client read: 500 units take some 500 KiB.
	maxAnswer = 32 << 20
	// origin is the host of every request; over a Unix socket it means nothing.
	origin = "http://unitd"
)

// Client talks to the manager behind one control socket. It may be used from many goroutines.
type Client struct {
	socket string
	http   *http.Client
}

var _ ipc.Manager = (*Client)(nil)

// New makes a client for the control socket at this path; it connects when it is used.
func New(socket string) *Client {
	dialer := net.Dialer{Timeout: connectTimeout}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		},
		DisableCompression: true,
	}
	return &Client{socket: socket, http: &http.Client{Transport: transport}}
}

// NoManagerError says that nobody answers at the control socket.
type NoManagerError struct {
	Socket string
	Err    error
}

// Error names the socket and what connecting to it gave.
func (e *NoManagerError) Error() string {
	return fmt.Sprintf("no manager answers at %s: %v", e.Socket, e.Err)
}

// Unwrap gives the error of connect(2).
func (e *NoManagerError) Unwrap() error { return e.Err }

// get asks for a document.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (T, error) {
	return exchange[T](ctx, c, http.MethodGet, path, query, nil)
}

// post sends a document and takes one back; T is struct{} where nothing comes back.
func post[T any](ctx context.Context, c *Client, path string, body any) (T, error) {
	return exchange[T](ctx, c, http.MethodPost, path, nil, body)
}

func exchange[T any](ctx context.Context, c *Client, method, path string, query url.Values, body any) (T, error) {
	var document T
	response, err := c.do(ctx, method, path, query, body)
	if err != nil {
		return document, err
	}
	defer response.Body.Close()
	var text bytes.Buffer
	text.Grow(int(min(max(response.ContentLength, 0), maxAnswer)) + bytes.MinRead)
	if _, err := text.ReadFrom(io.LimitReader(response.Body, maxAnswer)); err != nil {
		return document, fmt.Errorf("read the manager's answer to %s %s: %w", method, path, err)
	}
	if text.Len() == 0 {
		return document, nil
	}
	if err := json.Unmarshal(text.Bytes(), &document); err != nil {
		return document, fmt.Errorf("read the manager's answer to %s %s: %w", method, path, err)
	}
	return document, nil
}

// do sends a request and returns an answer that is no problem.
func (c *Client) do(ctx context.Context, method, path string, query url.Values, body any) (*http.Response, error) {
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("write %s %s: %w", method, path, err)
		}
		content = bytes.NewReader(text)
	}
	target := origin + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, method, target, content)
	if err != nil {
		return nil, fmt.Errorf("write %s %s: %w", method, path, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, c.explain(ctx, err)
	}
	if response.StatusCode >= http.StatusBadRequest {
		defer response.Body.Close()
		return nil, problemIn(response)
	}
	return response, nil
}

// explain tells apart why there is no answer.
func (c *Client) explain(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, fs.ErrPermission):
		return protocol.NotPermitted(fmt.Sprintf("you may not use the control socket %s", c.socket))
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTDIR):
		return &NoManagerError{Socket: c.socket, Err: root(err)}
	}
	return fmt.Errorf("talk to the manager at %s: %w", c.socket, root(err))
}

// root is the error below what net/http and net wrap around it.
func root(err error) error {
	for next := errors.Unwrap(err); next != nil; next = errors.Unwrap(err) {
		err = next
	}
	return err
}

func problemIn(response *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	problem := &protocol.Problem{}
	if err != nil || json.Unmarshal(text, problem) != nil || problem.Title == "" {
		return fmt.Errorf("the manager answered %s", response.Status)
	}
	return problem
}

// named puts names into a query.
func named(names ...string) url.Values {
	if len(names) == 0 {
		return nil
	}
	return url.Values{"name": names}
}
