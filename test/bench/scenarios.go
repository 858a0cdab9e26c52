//go:build linux

package main

import (
	"fmt"
	"slices"
	"time"

	"signaling/test/bench/load"
)

// scenario is one thing that is measured.
type scenario struct {
	name   string
	about  string
	rounds int // at most, unless two builds are compared; 0 for as many as asked for
	// stretch makes the measurement so many times as long; 0 is 1.
	stretch int
	// without lists servers that cannot take part.
	without []string
	goals   []goal
	run     func(*trial) error
}

// goal is what the project wants to reach: ours divided by another server's
// value. Nothing fails where it is missed.
type goal struct {
	metric string
	node   float64 // 0 for none
	floor  float64
}

const (
	cpuDelivery  = "CPU per delivery, µs"
	cpuConnect   = "CPU per connect, µs"
	cpuReconnect = "CPU per reconnect, µs"
	throughput   = "deliveries/s"
	p99          = "latency p99, ms"
	firstClient  = "exec to first client connected, ms"
	rssPerClient = "RSS per client at %d, KB"
)

// The payloads: a candidate, a session description, and one of a large call.
const (
	small  = 200
	medium = 1500
	large  = 20000
)

// heavyRounds bounds the scenarios that take long.
const heavyRounds = 2

// scenarios returns all of them; with quick the large crowds are smaller.
func scenarios(quick bool) []scenario {
	scale := func(n, forQuick int) int {
		if quick {
			return forQuick
		}
		return n
	}
	pairsGoals := []goal{{cpuDelivery, 0.50, 2.0}, {throughput, 2.0, 0}}
	rateGoals := []goal{{cpuDelivery, 0.55, 1.8}, {p99, 0.7, 1.5}}
	connectGoals := []goal{{cpuConnect, 0.25, 0}, {cpuReconnect, 0.25, 0}}
	noPolling := []string{floor}
	// The plain server's large crowds never come to be complete, which takes
	// a minute each time; pairs-afap-1000 shows it well enough.
	noCrowds := []string{plain}
	pair := traffic{clients: 100, group: 2, window: pairWindow, size: medium}
	ten := pair
	ten.clients *= 10
	everybody := traffic{clients: 100, group: 100, window: 8, size: medium}
	stuck := traffic{clients: 100, group: 100, window: 8, size: large, rate: 5000}
	polling := pair
	polling.transport = load.Polling
	rooms := scale(2000, 200)
	resting := idle{steps: []int{1000, 5000, 15000}, settle: 7 * time.Second}
	if quick {
		resting.steps = resting.steps[:1]
	}
	return []scenario{
		{name: "startup", about: "from exec to the first client connected",
			goals: []goal{{firstClient, 0.1, 0}}, run: startup{times: 5}.run},

		{name: "pairs-afap-200B", about: "50 pairs, as fast as possible, 200 B", run: pair.withSize(small).run},
		{name: "pairs-afap", about: "50 pairs, as fast as possible, 1.5 KB", goals: pairsGoals, run: pair.run},
		{name: "pairs-afap-20KB", about: "50 pairs, as fast as possible, 20 KB", run: pair.withSize(large).run},
		{name: "pairs-afap-binary", about: "50 pairs, as fast as possible, 1.5 KB binary", run: pair.withBinary().run},
		{name: "pairs-afap-1000", about: "500 pairs, as fast as possible, 1.5 KB", run: ten.run},
		{name: "pairs-rate-200B", about: "50 pairs, 4,000 deliveries/s, 200 B", run: pair.withSize(small).at(4000).run},
		{name: "pairs-rate", about: "50 pairs, 4,000 deliveries/s, 1.5 KB", goals: rateGoals, run: pair.at(4000).run},
		{name: "pairs-rate-20KB", about: "50 pairs, 2,000 deliveries/s, 20 KB", run: pair.withSize(large).at(2000).run},
		{name: "pairs-rate-1000", about: "500 pairs, 4,000 deliveries/s, 1.5 KB", run: ten.at(4000).run},

		{name: "polling-afap", about: "50 pairs over polling, as fast as possible, 1.5 KB", without: noPolling,
			goals: []goal{{cpuDelivery, 0.50, 0}}, run: polling.run},
		{name: "polling-rate", about: "50 pairs over polling, 1,000 deliveries/s, 1.5 KB", without: noPolling,
			goals: []goal{{cpuDelivery, 0.50, 0}, {p99, 0.7, 0}}, run: polling.at(1000).run},

		{name: "broadcast-afap-200B", about: "to 99 others, as fast as possible, 200 B", run: everybody.withSize(small).run},
		{name: "broadcast-afap", about: "to 99 others, as fast as possible, 1.5 KB",
			goals: []goal{{cpuDelivery, 0.45, 0.9}}, run: everybody.run},
		{name: "broadcast-afap-20KB", about: "to 99 others, as fast as possible, 20 KB", run: everybody.withSize(large).run},
		{name: "broadcast-rate", about: "to 499 others, 10,000 deliveries/s, 1.5 KB",
			goals: []goal{{cpuDelivery, 0.50, 1.05}, {p99, 0.7, 1.5}},
			run:   traffic{clients: 500, group: 500, window: 8, size: medium, rate: 10000}.run},
		{name: "slow-reader", about: "to 49 others, 5,000 deliveries/s, 20 KB; one reads 300 KB/s", stretch: 2,
			run: traffic{clients: 50, group: 50, size: large, rate: 5000, slowReader: 300_000}.run},
		{name: "all-read", about: "to 99 others, 5,000 deliveries/s, 20 KB", stretch: 4, without: []string{plain}, run: stuck.run},
		{name: "stuck-reader", about: "the same, and one reads nothing", stretch: 4, without: []string{plain}, run: stuck.slow(1).run}, // a byte a second, handed out in twentieths, is none
		{name: "rooms", about: thousands(rooms) + " rooms of 4, as fast as possible, 1.5 KB", rounds: heavyRounds, without: noCrowds,
			run: traffic{clients: 4 * rooms, group: 4, window: 1, size: medium}.run},

		{name: "storm-websocket", about: thousands(scale(5000, 1000)) + " connect at once, and again after a restart", rounds: heavyRounds, without: noCrowds,
			goals: connectGoals, run: storm{clients: scale(5000, 1000), transport: load.WebSocket}.run},
		{name: "storm-upgrade", about: "the same with polling first, then upgrade", rounds: heavyRounds, without: []string{floor, plain},
			goals: connectGoals, run: storm{clients: scale(5000, 1000), transport: load.Upgrade}.run},
		{name: "idle", about: "memory of clients that do nothing", rounds: heavyRounds, without: []string{floor, plain},
			goals: []goal{{fmt.Sprintf(rssPerClient, 5000), 0.50, 0}, {fmt.Sprintf(rssPerClient, 15000), 0.50, 0}},
			run:   resting.run},
	}
}

// comparison is of two scenarios in which a server should do about as well: the
// metric of one is divided by that of the other.
type comparison struct{ about, metric, of, by string }

var comparisons = []comparison{
	{"ten times the pairs, as fast as possible: " + cpuDelivery, cpuDelivery, "pairs-afap-1000", "pairs-afap"},
	{"ten times the pairs at the same rate: " + cpuDelivery, cpuDelivery, "pairs-rate-1000", "pairs-rate"},
	{"one of 100 reads nothing: " + p99 + " of the others", p99, "stuck-reader", "all-read"},
}

// comparisonGoal is how many times as much it may be.
const comparisonGoal = 1.2

func (s scenario) takesPart(server string) bool { return !slices.Contains(s.without, server) }

func (t traffic) withSize(n int) traffic { t.size = n; return t }
func (t traffic) withBinary() traffic    { t.binary = true; return t }
func (t traffic) at(rate int) traffic    { t.rate = rate; return t }
func (t traffic) slow(rate int) traffic  { t.slowReader = rate; return t }
