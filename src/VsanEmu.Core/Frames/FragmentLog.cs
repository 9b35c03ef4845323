namespace VsanEmu.Core.Frames;

/// <summary>The last datagrams of trials whose first fragment passed a port: which later fragments are theirs. One caller at a time.</summary>
internal sealed class FragmentLog
{
    /// <summary>Datagrams remembered; the oldest make room.</summary>
    private const int Capacity = 256;

    private readonly (FrameAddress Source, FrameAddress Destination, ushort Identification)[] _ring = new (FrameAddress, FrameAddress, ushort)[Capacity];
    private int _count;

    internal void Add(in FrameInfo first) => _ring[_count++ % Capacity] = Key(first);

    internal bool Holds(in FrameInfo fragment) => Array.IndexOf(_ring, Key(fragment), 0, Math.Min(_count, Capacity)) >= 0;

    private static (FrameAddress, FrameAddress, ushort) Key(in FrameInfo info) => (info.Tuple.Source, info.Tuple.Destination, info.Identification);
}
