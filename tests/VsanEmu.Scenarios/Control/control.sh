# Words for scenarios with a control server: a real redis-server, and a node behind it for each endpoint of a fabric.
# Sourced in a network and mount namespace of the test's own. VSANEMU holds the command, WORK a folder of the test's own.
. "$(dirname "${BASH_SOURCE[0]}")/../Fabrics/common.sh"

REDIS=127.0.0.1:6379
CONTROL=redis://$REDIS
NODES=()

scenario_on() { # FOLDER OF A FABRIC
  mkdir -p /run/netns
  mount -t tmpfs netns /run/netns
  ip link set lo up
  "$1/fabric.sh"
  SPEC=$1/cluster.yaml
  options=()
  [ ! -f "$1/options.sh" ] || . "$1/options.sh"
  trap scenario_off EXIT
}

scenario_off() {
  kill "${NODES[@]}" ${REDIS_PID:+$REDIS_PID} 2>/dev/null || true
  wait || true
}

redis_on() { # [OPTION ...]
  redis-server --port 6379 --bind 127.0.0.1 --save '' --dir "$WORK" "$@" >>"$WORK/redis.log" 2>&1 &
  REDIS_PID=$!
  for _ in $(seq 600); do redis-cli -h 127.0.0.1 ping >/dev/null 2>&1 && return; sleep 0.1; done
  echo "redis-server does not answer"
  return 1
}

# Nobody but the test's own server has this id.
redis_killed() { kill -9 "$REDIS_PID"; wait "$REDIS_PID" 2>/dev/null || true; }

node_on() { # NAME NETNS
  $VSANEMU node --control "$CONTROL" --name "$1" --netns "$2" -i "$(cabled "$2")" >"$WORK/$1.log" 2>&1 &
  NODES+=($!)
}

# The interface that leads to the switch, by whatever name.      cabled NETNS
cabled() { ip -n "$1" -o link show type veth | sed -E 's/^[0-9]+: ([^@:]+).*/\1/'; }

# A node for each endpoint: those of the list, the observer, the outsiders.
nodes_on() {
  local name netns
  while read -r name netns; do node_on "$name" "$netns"; done < <(
    sed -nE 's/.*\{name: ([a-z0-9.-]+), netns: ([a-z0-9]+).*/\1 \2/p; s/^observer: \{netns: ([a-z0-9]+).*/observer \1/p' "$SPEC")
}

# Waits until a file has a line, on a busy machine too.      seen PATTERN FILE
seen() {
  for _ in $(seq 1200); do grep -qE "$1" "$2" 2>/dev/null && return; sleep 0.1; done
  echo "no '$1' in $(basename "$2") within 120 s:"
  cat "$2"
  return 1
}

verify() { $VSANEMU verify --control "$CONTROL" --spec "$SPEC" --plain "$@"; }

# The same in the background, up to the time when its cluster has formed; RUN is its id, its words are in the file out.
verify_begins() {
  $VSANEMU verify --control "$CONTROL" --spec "$SPEC" --plain "$@" >"$WORK/out" 2>&1 &
  RUN=$!
  seen '^forming' "$WORK/out"
}

# Waits for it; its exit code and its words are printed.
verify_ended() {
  local exit=0
  wait "$RUN" || exit=$?
  echo "exit $exit"
  cat "$WORK/out"
}

# Frames that an endpoint sends within a second.      sent_in_a_second NETNS
sent_in_a_second() {
  local before
  before=$(sent_by "$1")
  sleep 1
  echo $(($(sent_by "$1") - before))
}

sent_by() { ip -n "$1" -s -j link show eth0 | grep -oE '"tx":\{"bytes":[0-9]+,"packets":[0-9]+' | grep -oE '[0-9]+$'; }
