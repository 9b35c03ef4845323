using StackExchange.Redis;

namespace VsanEmu.Control.Redis;

/// <summary>A host's name in its space: one host has it at a time, renews it, and gives it up.</summary>
/// <param name="line">The connection.</param>
/// <param name="space">Whose keys.</param>
/// <param name="self">Whose name.</param>
/// <param name="asNow">What is told of that host, as it is now.</param>
internal sealed class Presence(RedisLine line, Space space, HostPresence self, Func<HostPresence> asNow)
{
    /// <summary>How long a host that is not heard of is still listed.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(6);

    /// <summary>How often it is renewed.</summary>
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    /// <summary>Takes the name. A host that was restarted may find its former life's presence, which ends soon.</summary>
    /// <exception cref="ControlException">Another host has it, or the server does not work.</exception>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        try
        {
            while (!await TellAsync(line, space, asNow(), When.NotExists))
            {
                if (TimeProvider.System.GetElapsedTime(start) > Life * 1.5 && await OtherAsync() is { } other) throw Taken("already", other);
                await Task.Delay(Step / 4, cancellation);
            }
        }
        catch (Exception e) when (RedisLine.IsFailure(e))
        {
            throw line.Explain(e);
        }
    }

    /// <summary>Says again that the host is there, as it is now.</summary>
    /// <exception cref="ControlException">Another host has taken its name meanwhile: two of one name would take each other's orders.</exception>
    public async Task RenewAsync()
    {
        if (await OtherAsync() is { } other) throw Taken("now", other);
        await TellAsync(line, space, asNow());
    }

    /// <summary>Gives the name up.</summary>
    public async Task LeaveAsync()
    {
        if (await OtherAsync() is not null) return;
        await line.Database.KeyDeleteAsync(space.Host(self.Name));
        await line.Database.SortedSetRemoveAsync(space.Hosts, self.Name);
    }

    /// <summary>Says that a host is there; false where its name was to be free and is not.</summary>
    internal static async Task<bool> TellAsync(RedisLine line, Space space, HostPresence presence, When when = When.Always)
    {
        if (!await line.Database.StringSetAsync(space.Host(presence.Name), Written.Of(presence, ControlContext.Default.HostPresence), Life, when)) return false;
        await line.Database.SortedSetAddAsync(space.Hosts, presence.Name, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        return true;
    }

    // Another host that has the name; null for nobody, and for this one.
    private async Task<HostPresence?> OtherAsync()
    {
        RedisValue json = await line.Database.StringGetAsync(space.Host(self.Name));
        if (json.IsNull) return null;
        HostPresence there = HostPresence.Of(self.Name, json);
        return there.Life == self.Life ? null : there;
    }

    private ControlException Taken(string since, HostPresence other) =>
        new($"there is a host {self.Name} {since}, on {other.Machine}: each needs a name of its own (--name)", lasting: true);
}
