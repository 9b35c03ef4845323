using VsanEmu.Core.Wire;

namespace VsanEmu.Net.Tcp;

/// <summary>Takes what happens on a <see cref="FrameConnection"/>, in order, from one thread at a time, never from inside a call of the connection's own.</summary>
public interface IFrameHandler
{
    /// <summary>One whole frame, header to checksum, unchecked behind its length. The bytes are valid during the call only.</summary>
    void OnFrame(FrameConnection connection, ReadOnlySpan<byte> frame);

    /// <summary>The connection ended; called exactly once, and nothing after it.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="reason">Why.</param>
    /// <param name="status">What was wrong with the bytes, when the reason is theirs; else Ok.</param>
    void OnClosed(FrameConnection connection, CutReason reason, WireStatus status);
}
