# The measurements, a function each: they add rows to the table.

row() {
  table+=("| $1 | $2 | ${3:-–} |")
  echo "$1: $2" >&2
}

# spread SCALE FORMAT: the median of the numbers that come in, and where there are several, the lowest and highest.
spread() {
  sort -g | awk -v s="$1" -v f="$2" '{ v[NR] = $1 / s } END {
    m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
    if (NR > 1) printf f " (" f " to " f ")", m, v[1], v[NR]; else printf f, m
  }'
}

megabytes() { printf '%s\n' "$@" | spread 1e6 '%.1f' && echo ' MB'; }

now() { date +%s.%N; }

since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }'; }

name_of() { printf 'm%02d' "$1"; }

# What a lab's timers are (compose/cluster.yaml), but for heartbeat and listen.
lab="peerExchange: 2s, rebuildDelay: 1s, tcpIdle: 2s, tcpConnect: 1500ms, queryInterval: 2s, queryResponse: 1s"

# spec NAME MEMBERS TIMERS: its file.
spec() {
  local i file=$work/$1.yaml
  {
    printf 'name: bench\nsubnet: 198.18.0.0/24\nmembers:\n'
    for ((i = 1; i <= $2; i++)); do echo "  - {name: $(name_of "$i"), address: 198.18.0.$((10 + i))}"; done
    printf 'vms:\n  - {name: vm1, host: m03, copies: [m01, m04]}\n'
    echo "timers: {$3}"
  } >"$file"
  chmod 644 "$file"
  echo "$file"
}

# until_said SECONDS TEXT COMMAND ...: asks until the answer holds the text.
until_said() {
  local end=$((SECONDS + $1)) text=$2 said
  shift 2
  while said=$("$@" 2>&1 || true); [[ $said != *"$text"* ]]; do
    ((SECONDS < end)) || complain 1 "$*: not '$text' in time, but: $(tail -n 1 <<<"$said")"
    sleep 0.2
  done
}

# at_rest: four members by themselves, as tests/VsanEmu.Containers/Cluster.cs starts them.
at_rest() {
  local i name file own=() all=()
  file=$(spec four 4 "heartbeat: 200ms, listen: 600ms, $lab")
  for i in 1 2 3 4; do
    name=$(name_of "$i")
    container "$name" fabric "198.18.0.$((10 + i))" -- --security-opt no-new-privileges -v "$file:/cluster.yaml:ro" "$image" node --spec /cluster.yaml --name "$name"
    docker start "$mark-$name" >/dev/null
  done
  for i in 1 2 3 4; do until_said 30 "hears 4 of 4" docker exec "$mark-$(name_of "$i")" vsanemu health; done
  sleep 10 {hand}>&-
  for i in 1 2 3 4; do
    own+=("$(own_memory "$(name_of "$i")")")
    all+=("$(all_memory "$(name_of "$i")")")
  done
  row "a member at rest in a cluster of 4, its own (RssAnon, RssShmem)" "$(megabytes "${own[@]}")" "at most 24 MB"
  row "the same, its control group" "$(megabytes "${all[@]}")"
  for i in 1 2 3 4; do docker rm -f "$mark-$(name_of "$i")" >/dev/null; done
}

# first_words: one member alone, several times, with the shortest timers that a spec may have, and with a lab's. A shell says when the program starts, for nothing else in the container
# knows; its log says when it listens; a capture at the bridge says when it speaks.
first_words() {
  local timers file i began listens spoke heard=() words=()
  for timers in "heartbeat: 50ms, listen: 50ms" "heartbeat: 200ms, listen: 600ms"; do
    file=$(spec alone 4 "$timers, $lab")
    heard=() words=()
    for ((i = 1; i <= runs; i++)); do
      # The hand on the engine is not the capture's: it would outlive this script with it.
      "${place[@]}" tshark -i "$bridge" -n -l -a duration:60 -f 'src host 198.18.0.11 and udp and (dst port 23451 or dst port 12345)' -T fields -e frame.time_epoch \
        >"$work/wire" 2>"$work/wire.log" {hand}>&- &
      watch=$!
      until_said 10 Capturing cat "$work/wire.log"
      container m01 fabric 198.18.0.11 -- -v "$(readlink -f "$(command -v dash)"):/usr/bin/dash:ro" -v "$(readlink -f "$(command -v date)"):/usr/bin/date:ro" -v "$file:/cluster.yaml:ro" \
        --cap-add NET_RAW --entrypoint /usr/bin/dash "$image" -c 'date +%s.%N; exec vsanemu node --spec /cluster.yaml --name m01'
      docker start "$mark-m01" >/dev/null
      until_said 10 . cat "$work/wire"
      kill "$watch"
      wait "$watch" 2>/dev/null || true
      docker logs "$mark-m01" >"$work/said" 2>&1
      docker rm -f "$mark-m01" >/dev/null
      began=$(head -n 1 "$work/said")
      listens=$(grep -m 1 'listens on' "$work/said" | cut -d' ' -f1)
      spoke=$(head -n 1 "$work/wire")
      heard+=("$(awk -v a="$began" -v b="$(date -d "$listens" +%s.%N)" 'BEGIN { print b - a }')")
      words+=("$(awk -v a="$began" -v b="$spoke" 'BEGIN { print b - a }')")
    done
    if [[ $timers = *"listen: 50ms" ]]; then
      row "process start to listening" "$(printf '%s\n' "${heard[@]}" | spread 1e-3 '%.0f') ms"
      row "process start to its first heartbeat on the wire, \`listen: 50ms\`, of which it listens for 75 ms" "$(printf '%s\n' "${words[@]}" | spread 1e-3 '%.0f') ms" "under 200 ms"
    else
      row "the same, \`listen: 600ms\`, of which it listens for 900 ms" "$(printf '%s\n' "${words[@]}" | spread 1e-3 '%.0f') ms"
    fi
  done
}

start_member() { # NUMBER
  local name
  name=$(name_of "$1")
  container "$name" fabric "198.18.0.$((10 + $1))" -- --cap-add NET_RAW --cap-add NET_ADMIN "$image" node --control redis://redis --name "$name" -i 198.18.0.0/24
  docker network connect "$mark-control" "$mark-$name"
  docker start "$mark-$name" >/dev/null
}

# neighbours: all containers of a machine share one table of ARP entries, by default 1024 (gc_thresh3), and 64 members that all know each other need 4032; when it is full the kernel drops
# what they send, multicast too. An entry that is learned externally does not count; its address is still found by ARP (bench/peers/fabric.sh).
neighbours() {
  local i j net link
  for ((i = 1; i <= members; i++)); do
    net=/proc/$(pid "$(name_of "$i")")/ns/net
    link=$(nsenter "--net=$net" ip -o -4 address show to 198.18.0.0/24 | awk '{ print $2; exit }')
    for ((j = 1; j <= members; j++)); do [ "$i" = "$j" ] || echo "neigh replace 198.18.0.$((10 + j)) dev $link nud none extern_learn"; done | nsenter "--net=$net" ip -batch -
  done
}

# most NAME FILE: keeps the most memory that a container had of its own so far.
most() {
  local bytes
  bytes=$(own_memory "$1" 2>/dev/null) || return 0
  ((bytes <= $(cat "$2" 2>/dev/null || echo 0))) || echo "$bytes" >"$2"
}

# large_cluster: a member a container, led by a controller over Redis.
large_cluster() {
  local i start took said code own=() all=() many="$members members, a container each, heartbeats of 1 s, controller and Redis beside them"
  network control --internal
  container redis control -- "$redis"
  docker start "$mark-redis" >/dev/null
  start=$(now)
  # Two at a time: the engine does little more at once.
  export -f start_member container name_of
  export mark image
  seq "$members" | xargs -P 2 -I '{}' bash -euc 'start_member {}' || complain 1 "a member's container does not start"
  until_said 120 "hosts $members" waiting
  row "$many: started, until all wait for a controller" "$(since "$start")"
  neighbours

  # The heartbeat is a real cluster's: with a lab's, 64 processes are woken 20,000 times a second, which two processors do not do.
  container controller control -- -v "$(spec many "$members" "rebuildDelay: 1s, queryInterval: 2s, queryResponse: 1s"):/cluster.yaml:ro" "$image" verify --control redis://redis --spec /cluster.yaml --plain
  start=$(now)
  docker start "$mark-controller" >/dev/null
  while [ "$(docker inspect -f '{{.State.Running}}' "$mark-controller")" = true ]; do
    most controller "$work/controller"
    most redis "$work/redis"
    sleep 1
  done
  code=$(docker inspect -f '{{.State.ExitCode}}' "$mark-controller")
  took=$(since "$start")
  docker logs "$mark-controller" >"$work/verdict" 2>&1
  said=$(grep -E -m 1 '^(PASS|FAIL|INCONCLUSIVE) ' "$work/verdict") || complain 1 "no verdict, exit code $code: $(tail -n 1 "$work/verdict")"
  [ "$code" = 0 ] || cat "$work/verdict" >&2
  row "the cluster forms in" "$(awk '$1 == "forming" { print $2, $3; exit }' "$work/verdict")"
  row "verdict after $took" "$said"
  for ((i = 1; i <= members; i++)); do
    own+=("$(own_memory "$(name_of "$i")")")
    all+=("$(all_memory "$(name_of "$i")")")
  done
  row "a member afterwards, its own" "$(megabytes "${own[@]}")"
  row "the same, its control group" "$(megabytes "${all[@]}")"
  row "controller, its own, at most" "$(megabytes "$(cat "$work/controller")")"
  row "Redis, its own, at most" "$(megabytes "$(cat "$work/redis")")"
}

# How many hosts wait, as a member sees it.
waiting() { echo "hosts $(docker exec "$mark-m01" vsanemu hosts --control redis://redis | grep -c ' waits' || true)"; }
