package http1

import "time"

// A client that does not send what is waited for in time loses its connection.
// One timer for each connection looks at that. It is set anew only when it has
// run: a busy connection has no work with it.

// awaitRequestLocked begins the wait for the next request. The caller closes
// what is over with mu unlocked.
func (c *conn) awaitRequestLocked(limit time.Duration) (over surplus) {
	c.waitForLocked(limit)
	return c.server.opts.Idle.add(c)
}

// waitAtMost closes the connection unless what it waits for already comes in
// that time, too.
func (c *conn) waitAtMost(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deadline.After(time.Now().Add(limit)) {
		c.waitForLocked(limit)
	}
}

// waitForLocked closes the connection unless what it waits for comes in time.
func (c *conn) waitForLocked(limit time.Duration) {
	c.deadline = time.Now().Add(limit)
	if c.state == gone || c.state == answering || !c.due.IsZero() && !c.deadline.Before(c.due) {
		return // over, or the timer looks before
	}
	c.due = c.deadline
	if c.timer == nil {
		c.timer = time.AfterFunc(limit, c.look)
	} else {
		c.timer.Reset(limit)
	}
}

// look stops the connection if its deadline is over. The timer calls it.
func (c *conn) look() {
	if c.overdue(time.Now()) {
		c.conn.Stop()
	}
}

// overdue reports whether the deadline is over; if not it sets the timer.
func (c *conn) overdue(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.deadline.IsZero() && !now.Before(c.deadline) {
		return true
	}
	if c.state == gone || c.state == answering {
		return false
	}
	c.due = c.deadline
	if c.due.IsZero() { // a request is being served
		c.due = now.Add(c.server.opts.Timeouts.Idle)
	}
	c.timer.Reset(c.due.Sub(now))
	return false
}
