using VsanEmu.Core.Checks;

namespace VsanEmu.Core.Load;

/// <summary>Who kept a load from carrying more.</summary>
public enum LoadLimit : byte
{
    /// <summary>Nobody: what was asked for was carried, or nothing shows who.</summary>
    None,

    /// <summary>Who sends: it could not offer what was asked for.</summary>
    Sender,

    /// <summary>TCP's window of who receives: the sender had more, and was not let.</summary>
    PeerWindow,

    /// <summary>What lies between them.</summary>
    Fabric,

    /// <summary>Who receives: what reached it was lost in it.</summary>
    Receiver,
}

/// <summary>What a load means: whether it passed, and who was the limit.</summary>
public sealed record LoadVerdict
{
    /// <summary>It passed, and nobody was the limit.</summary>
    public static LoadVerdict Passed { get; } = new();

    /// <summary>Pass; Fail when a receiver got nothing, or lost more than the bound; Inconclusive when it was not carried out.</summary>
    public CheckOutcome Outcome { get; init; } = CheckOutcome.Pass;

    /// <summary>Why it did not pass, in words; of many the first few. Empty when it passed.</summary>
    public IReadOnlyList<string> Reasons { get => field ?? []; init; } = [];

    /// <summary>Who was the limit.</summary>
    public LoadLimit Limit { get; init; }

    /// <summary>Who was, and what shows it, in words; empty for <see cref="LoadLimit.None"/>.</summary>
    public string Note { get => field ?? ""; init; } = "";

    /// <summary>Two as one: what failed outweighs what stayed open, and both outweigh what passed.</summary>
    public LoadVerdict With(LoadVerdict other)
    {
        LoadVerdict worse = Weight(other.Outcome) > Weight(Outcome) ? other : this;
        return worse with { Reasons = [.. Reasons, .. other.Reasons] };
    }

    private static int Weight(CheckOutcome outcome) => outcome switch { CheckOutcome.Fail => 2, CheckOutcome.Inconclusive => 1, _ => 0 };
}
