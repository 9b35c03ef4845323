using Microsoft.Extensions.Time.Testing;
using VsanEmu.Core.Flows;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Protocol;
using VsanEmu.Core.Record;
using VsanEmu.Core.Spec;

namespace VsanEmu.Control.Tests;

/// <summary>
/// A cluster that does on a clock of its own what orders say: each is carried out some time after it was given, and answered some time after that. Its members are at rest
/// <see cref="Reaction"/> after anything happened to them.
/// </summary>
internal sealed class ScriptedCluster : ICaptures, IFabric
{
    public static readonly TimeSpan Reaction = TimeSpan.FromSeconds(1);

    private readonly List<(long FromNs, Func<MemberId, IEnumerable<MemberId>> With)> _states = [];
    private readonly Member[] _members;
    private readonly long _start;

    public ScriptedCluster(ClusterSpec spec)
    {
        Spec = spec;
        _start = Time.GetTimestamp();
        _members = [.. spec.Members.Select(m => new Member(m, this))];
        _states.Add((0, _ => Ids));
    }

    public ClusterSpec Spec { get; }

    public FakeTimeProvider Time { get; } = new();

    public long NowNs => (long)Time.GetElapsedTime(_start).TotalNanoseconds;

    /// <summary>From an order until it is carried out, and until it is answered.</summary>
    public TimeSpan CarriedOut { get; init; }

    public TimeSpan Answered { get; init; }

    /// <summary>What the victim's host tells of when it was ended, made of when it was; null for nothing.</summary>
    public Func<long, long?> Told { get; init; } = at => at;

    public long KilledAtNs { get; private set; }

    /// <summary>When orders were given to the fabric: to split, to heal.</summary>
    public List<long> OrderedAtNs { get; } = [];

    public RunParts Parts => new(Spec, _members, this, null, this);

    private IEnumerable<MemberId> Ids => Spec.Members.Select(m => m.Id);

    public Task<long> BeginPhaseAsync(string phase, CancellationToken cancellation) => Task.FromResult(NowNs);

    public Task<IReadOnlyList<PortCapture>> SnapshotAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<PortCapture>>([]);

    public Task SplitAsync(IReadOnlyDictionary<string, int> sideByMember, CancellationToken cancellation)
    {
        var living = Living();
        return OrderAsync(me => living.Where(id => sideByMember[Spec.Member(id).Name] == sideByMember[Spec.Member(me).Name]), OrderedAtNs.Add);
    }

    public Task HealAsync(CancellationToken cancellation)
    {
        var living = Living();
        return OrderAsync(_ => living, OrderedAtNs.Add);
    }

    private MemberId[] Living() => [.. Ids.Where(id => KilledAtNs == 0 || id.Value != 1)];

    private async Task OrderAsync(Func<MemberId, IEnumerable<MemberId>> with, Action<long> given)
    {
        given(NowNs);
        await Task.Delay(CarriedOut, Time);
        _states.Add((NowNs + (long)Reaction.TotalNanoseconds, with));
        await Task.Delay(Answered - CarriedOut, Time);
    }

    private sealed class Member(MemberSpec self, ScriptedCluster cluster) : IMember
    {
        private long? _endedAtNs;

        public string Name => self.Name;

        public MemberView View
        {
            get
            {
                long now = cluster.NowNs;
                MemberId[] with = [.. cluster._states.Last(s => s.FromNs <= now).With(self.Id).Order()];
                return Views.One(self.Id.Value, cluster.Spec.Members.Count) with
                {
                    Role = self.Id == with[0] ? Role.Master : with.Length > 1 && self.Id == with[1] ? Role.Backup : Role.Agent,
                    Master = with[0],
                    Backup = with.Length > 1 ? with[1] : MemberId.None,
                    Members = with,
                };
            }
        }

        public Task StartAsync(CancellationToken cancellation) => Task.CompletedTask;

        public Task SendAsync(MemberCommand command, CancellationToken cancellation) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellation) => Task.CompletedTask;

        public async Task KillAsync(CancellationToken cancellation)
        {
            await Task.Delay(cluster.CarriedOut, cluster.Time, CancellationToken.None);
            cluster.KilledAtNs = cluster.NowNs;
            _endedAtNs = cluster.Told(cluster.NowNs);
            var living = cluster.Living();
            cluster._states.Add((cluster.NowNs + (long)Reaction.TotalNanoseconds, _ => living));
            await Task.Delay(cluster.Answered - cluster.CarriedOut, cluster.Time, CancellationToken.None);
        }

        public Task<MemberReport> ReportAsync(CancellationToken cancellation) => Task.FromResult(new MemberReport(
            new NodeObservation
            {
                Member = Name,
                Id = self.Id,
                Settings = new NodeSettings("", 24, "", "", "", 2233, 5, 3),
                View = View,
                Roles = [],
                Counters = new Dictionary<string, long>(),
                EndedAtNs = _endedAtNs,
            },
            [new SentStream(1, FlowGroup.Agent, 200)], [], [], new Dictionary<Guid, ulong>())
        {
            StreamsRefused = self.Id.Value == 2 ? [new RefusedDatagrams(1, FlowGroup.Agent, MemberId.None, 50)] : [],
        });
    }
}
