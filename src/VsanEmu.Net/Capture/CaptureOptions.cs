namespace VsanEmu.Net.Capture;

/// <summary>How a capture is made.</summary>
public sealed record CaptureOptions
{
    /// <summary>The least that holds every header that is decoded.</summary>
    public const int MinSnaplen = 128;

    /// <summary>The most.</summary>
    public const int MaxSnaplen = 65535;

    /// <summary>The most slots.</summary>
    public const int MaxSlots = 1 << 20;

    /// <summary>Bytes kept of each of the cluster's frames, <see cref="MinSnaplen"/> to <see cref="MaxSnaplen"/>. Default 256.</summary>
    public int Snaplen { get; init; } = 256;

    /// <summary>
    /// Frames that can wait to be read, 64 to <see cref="MaxSlots"/>; beyond that the kernel drops and counts them. Each takes
    /// <see cref="Snaplen"/> and 80 bytes. Default 4096 (1.4 MB).
    /// </summary>
    public int Slots { get; init; } = 4096;

    /// <summary>
    /// The same for the headers of IP that is not on the cluster's ports and for other VLANs' frames, <see cref="MinSnaplen"/> bytes of each; 0 captures none of them. Default
    /// 1024 (0.2 MB).
    /// </summary>
    public int OtherSlots { get; init; } = 1024;

    /// <summary>Capture also what the interface would not accept for itself, as flooded multicast. Default true.</summary>
    public bool Promiscuous { get; init; } = true;

    internal void Validate()
    {
        if (Snaplen is < MinSnaplen or > MaxSnaplen)
            throw new ArgumentOutOfRangeException(nameof(Snaplen), Snaplen, $"snaplen is {MinSnaplen} to {MaxSnaplen}");
        if (OtherSlots is not 0 and (< 64 or > MaxSlots))
            throw new ArgumentOutOfRangeException(nameof(OtherSlots), OtherSlots, $"slots for other frames are 0, or 64 to {MaxSlots}");
        if (Slots is < 64 or > MaxSlots) throw new ArgumentOutOfRangeException(nameof(Slots), Slots, $"slots are 64 to {MaxSlots}");
    }
}
