using System.Diagnostics;
using System.Net;
using Microsoft.Win32.SafeHandles;
using VsanEmu.Core.Frames;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Net.Native;

namespace VsanEmu.Net.Capture;

/// <summary>
/// All captures of a run, read by one thread: what passed each port is summed up by phase, kept for probes to look up, and on demand written
/// to a pcapng file per port. May be called from any thread.
/// </summary>
public sealed class CaptureSet : IDisposable
{
    /// <summary>Ports: 64 members, observer, outsiders, gateway.</summary>
    public const int MaxPorts = 256;

    // After it has read all ports the thread sleeps this long, so that a steady stream costs some hundred wake-ups a second and not one a frame.
    private const int PauseMs = 2;

    private const int LongestWaitMs = 100;

    private static readonly TimeSpan Housekeeping = TimeSpan.FromMilliseconds(250);

    private readonly ChannelSpec _channels;
    private readonly CaptureClock _clock;
    private readonly IReadOnlySet<(FrameAddress Address, ushort Port)>? _control;
    private readonly string? _directory;
    private readonly ChunkWriter? _writer;
    private readonly SafeFileHandle _epoll;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly List<(string Name, long AtNs)> _phases = [];
    private volatile CapturedPort[] _ports = [];
    private volatile bool _stop;

    /// <summary>Starts without ports.</summary>
    /// <param name="channels">The cluster's ports: all others are folded into 0.</param>
    /// <param name="originTimestamp">The <see cref="Stopwatch"/> timestamp at which the run began: all times count from there.</param>
    /// <param name="directory">Where to write <c>PORT.pcapng</c>; made if missing. Null: nowhere.</param>
    /// <param name="run">The run's number, over 0, where other machines take part in it; by default one that no other run has.</param>
    /// <param name="control">The TCP ends of the server by which the run is led: the tool's own connection to it is no flow of a member. Null for none.</param>
    /// <exception cref="CaptureException">The folder cannot be made.</exception>
    public CaptureSet(ChannelSpec channels, long originTimestamp, string? directory = null, ulong? run = null, IReadOnlyCollection<IPEndPoint>? control = null)
    {
        Run = run ?? (ulong)Random.Shared.NextInt64(1, long.MaxValue);
        _channels = channels;
        _control = control?.Select(c => (FrameAddress.From(c.Address), (ushort)c.Port)).ToHashSet();
        OriginTimestamp = originTimestamp;
        _clock = new CaptureClock(originTimestamp);
        _directory = directory;
        if (directory is not null)
        {
            Make(directory);
            _writer = new ChunkWriter();
        }

        int epoll = Libc.EpollCreate();
        if (epoll < 0) throw CaptureException.FromErrno("cannot make an epoll instance");
        _epoll = new SafeFileHandle(epoll, ownsHandle: true);
        _thread = new Thread(Work) { IsBackground = true, Name = "capture" };
        _thread.Start();
    }

    /// <summary>The number of this run, which no other has: its marked datagrams bear it, and count by trial.</summary>
    public ulong Run { get; }

    /// <summary>The <see cref="Stopwatch"/> timestamp at which the run began.</summary>
    public long OriginTimestamp { get; }

    /// <summary>Now, in ns since the run began: the clock of all times here.</summary>
    public long NowNs => _clock.NowNs;

    /// <summary>Adds a port. The capture belongs to this set from then on.</summary>
    /// <param name="name">The endpoint's name, unique in the set; it names the port's file.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="capture">Opened in the endpoint's namespace.</param>
    /// <exception cref="ArgumentException">The name is taken, or cannot be a file's.</exception>
    /// <exception cref="InvalidOperationException">More than <see cref="MaxPorts"/>.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public void Add(string name, PortKind kind, PacketCapture capture)
    {
        if (name.Length == 0 || name != Path.GetFileName(name)) throw new ArgumentException($"'{name}' cannot be a port's name", nameof(name));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop, this);
            if (_ports.Length == MaxPorts) throw new InvalidOperationException($"more than {MaxPorts} ports");
            if (_ports.Any(p => p.Name == name)) throw new ArgumentException($"port {name} is captured already", nameof(name));

            PcapngFile? file = _writer is null ? null : PcapngFile.Create(_writer, _directory!, name, capture.Snaplen + VlanTag.Length);
            var port = new CapturedPort(name, kind, capture, _channels, Run, _control, _clock, file);
            foreach ((string phase, long atNs) in _phases) port.BeginPhase(phase, atNs);
            _ports = [.. _ports, port];
            foreach (SafeFileHandle handle in capture.Handles)
            {
                if (Libc.EpollControl(Epoll, Libc.EpollAdd, (int)handle.DangerousGetHandle(), Libc.EpollIn, _ports.Length - 1) != 0)
                    throw CaptureException.FromErrno($"cannot wait for frames at {name}");
            }
        }
    }

    /// <summary>Frames that the kernel sees from now on, or from a time to come, count for this phase.</summary>
    /// <param name="phase">Its name.</param>
    /// <param name="atNs">When it begins, ns since the run began; by default now.</param>
    public void BeginPhase(string phase, long? atNs = null)
    {
        lock (_gate)
        {
            long begin = atNs ?? NowNs;
            _phases.Add((phase, begin));
            foreach (CapturedPort port in _ports) port.BeginPhase(phase, begin);
        }
    }

    /// <summary>What was seen at each port up to this moment, in the order in which the ports were added.</summary>
    public IReadOnlyList<PortCapture> Snapshot() => [.. _ports.Select(port => port.Snapshot())];

    /// <summary>
    /// The frames at one port, up to this moment, that are part of a TCP probe: its SYN, and whatever answers it. At the target's port this tells
    /// whether the SYN arrived; at the source's, who answered how (<see cref="SeenSegment.PartOf"/>).
    /// </summary>
    /// <param name="port">The port's name.</param>
    /// <param name="probe">The five-tuple of its SYN; source port 0 stands for any.</param>
    /// <param name="sinceNs">Leaves out what passed before.</param>
    /// <exception cref="KeyNotFoundException">No such port.</exception>
    public IReadOnlyList<SeenSegment> Find(string port, in FiveTuple probe, long sinceNs) => Named(port).Find(probe, sinceNs);

    /// <summary>What was seen at one port up to this moment.</summary>
    /// <exception cref="KeyNotFoundException">No such port.</exception>
    public PortCapture Snapshot(string port) => Named(port).Snapshot();

    /// <summary>Ends all captures and files. Take the last <see cref="Snapshot()"/> before.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stop) return;
            _stop = true;
        }

#pragma warning disable RS0030 // Hosts are disposed of on a thread of its own.
        _thread.Join();
#pragma warning restore RS0030
        foreach (CapturedPort port in _ports) port.Finish();
        _writer?.Dispose();
        foreach (CapturedPort port in _ports) port.CloseFile();
        _epoll.Dispose();
    }

    // What the runtime says of it may be about another file.
    private static void Make(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (UnauthorizedAccessException)
        {
            throw new CaptureException($"the folder {directory} for captures cannot be made: permission denied");
        }
        catch (IOException)
        {
            throw new CaptureException($"the folder {directory} for captures cannot be made there");
        }
    }

    private int Epoll => (int)_epoll.DangerousGetHandle();

    private CapturedPort Named(string port) =>
        _ports.FirstOrDefault(p => p.Name == port) ?? throw new KeyNotFoundException($"port {port} is not captured");

    private unsafe void Work()
    {
        byte* events = stackalloc byte[MaxPorts * Libc.EpollEventSize];
        long lastHousekeeping = Stopwatch.GetTimestamp();
        while (!_stop)
        {
            int ready = Libc.EpollWait(Epoll, events, MaxPorts, LongestWaitMs);
            for (int i = 0; i < ready; i++)
            {
                CapturedPort port = _ports[Libc.EpollData(events, i)];
                if (port.Drain() == 0) port.Capture.ClearError();
            }

            if (Stopwatch.GetElapsedTime(lastHousekeeping) >= Housekeeping)
            {
                lastHousekeeping = Stopwatch.GetTimestamp();
                foreach (CapturedPort port in _ports) port.FlushFile();
            }

#pragma warning disable RS0030 // On its own thread.
            if (ready > 0) Thread.Sleep(PauseMs);
#pragma warning restore RS0030
        }
    }
}
