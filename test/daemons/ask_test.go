package daemons

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// answerTime is how long an answer may take: far longer than any of these servers needs.
const answerTime = 30 * time.Second

// askHTTP asks for / on a connection of its own and returns the body of an answer with status 200.
func askHTTP(address string) (string, error) {
	return get("http://" + address + "/")
}

func get(url string) (string, error) {
	client := &http.Client{Timeout: answerTime, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %s: %s", response.Status, body)
	}
	return string(body), err
}

// askLine sends one line on a connection of its own and wants an answer that begins as given.
func askLine(line, want string) func(address string) (string, error) {
	return func(address string) (string, error) {
		conn, err := dial(address)
		if err != nil {
			return "", err
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(line + "\r\n")); err != nil {
			return "", err
		}
		answer, err := bufio.NewReader(conn).ReadString('\n')
		if err == nil && !strings.HasPrefix(answer, want) {
			err = errors.New("answered " + strings.TrimSpace(answer))
		}
		return answer, err
	}
}

func dial(address string) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", address, answerTime)
	if err != nil {
		return nil, err
	}
	return conn, conn.SetDeadline(time.Now().Add(answerTime))
}

// The records of FastCGI that a request of one connection needs.
const (
	fcgiBegin  = 1
	fcgiEnd    = 3
	fcgiParams = 4
	fcgiStdin  = 5
	fcgiStdout = 6
)

// askFastCGI asks a FastCGI responder for /ping and returns the body of its answer.
func askFastCGI(address string) (string, error) {
	conn, err := dial(address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	var request, params []byte
	for _, pair := range [][2]string{
		{"SCRIPT_NAME", "/ping"}, {"SCRIPT_FILENAME", "/ping"}, {"REQUEST_METHOD", "GET"}, {"REQUEST_URI", "/ping"},
	} {
		params = append(params, byte(len(pair[0])), byte(len(pair[1])))
		params = append(append(params, pair[0]...), pair[1]...)
	}
	responder := []byte{0, 1, 0, 0, 0, 0, 0, 0}
	request = append(request, fcgiRecord(fcgiBegin, responder)...)
	request = append(request, fcgiRecord(fcgiParams, params)...)
	request = append(request, fcgiRecord(fcgiParams, nil)...)
	request = append(request, fcgiRecord(fcgiStdin, nil)...)
	if _, err := conn.Write(request); err != nil {
		return "", err
	}
	return fcgiAnswer(bufio.NewReader(conn))
}

func fcgiRecord(kind byte, content []byte) []byte {
	header := []byte{1, kind, 0, 1, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(header[4:], uint16(len(content)))
	return append(header, content...)
}

func fcgiAnswer(from *bufio.Reader) (string, error) {
	var answer []byte
	for {
		var header [8]byte
		if _, err := io.ReadFull(from, header[:]); err != nil {
			return "", err
		}
		content := make([]byte, binary.BigEndian.Uint16(header[4:])+uint16(header[6]))
		if _, err := io.ReadFull(from, content); err != nil {
			return "", err
		}
		switch header[1] {
		case fcgiStdout:
			answer = append(answer, content[:len(content)-int(header[6])]...)
		case fcgiEnd:
			head, body, found := strings.Cut(string(answer), "\r\n\r\n")
			if !found || strings.Contains(head, "Status:") {
				return "", fmt.Errorf("answered %q", answer)
			}
			return body, nil
		}
	}
}
