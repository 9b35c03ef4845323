using System.Net.Sockets;
using VsanEmu.Core.Wire;

namespace VsanEmu.Traffic.Vm;

/// <summary>A member's copies: keeps what it is given and gives what it is asked for, on a thread of its own. Disks are not emulated: it answers at once.</summary>
/// <param name="sockets">Connections of VMs' hosts.</param>
/// <param name="clock">When it ends.</param>
internal sealed class BlockStore(IReadOnlyList<Socket> sockets, LoadClock clock)
{
    /// <summary>For a test that wants to hold it up: called before each wait.</summary>
    internal Action? BeforeServe { get; init; }

    /// <summary>What ended a connection early; else empty.</summary>
    public string Error { get; private set; } = "";

    public void Run()
    {
        BlockThread thread = null!;
        using (thread = new BlockThread(sockets, Answer))
        {
            while (thread.Open > 0 && !clock.ReceiversStopped)
            {
                BeforeServe?.Invoke();
                thread.Serve((int)LoadSockets.Patience.TotalMilliseconds);
            }

            Error = thread.Error;
        }

        void Answer(int connection, BlockHeader asked)
        {
            if (asked.Kind is BlockKind.Write or BlockKind.Read)
                thread.Queue(connection, asked with { Kind = asked.Kind == BlockKind.Write ? BlockKind.Written : BlockKind.Data });
        }
    }
}
