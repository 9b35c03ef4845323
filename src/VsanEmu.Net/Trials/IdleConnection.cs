using System.Net;
using System.Net.Sockets;
using VsanEmu.Core.Observations;
using VsanEmu.Core.Spec;
using VsanEmu.Core.Wire;
using VsanEmu.Net.Probing;

namespace VsanEmu.Net.Trials;

/// <summary>
/// Leaves a TCP connection between two members idle, and sees whether it survives (A9): it announces its silence to the other's listener, which
/// would cut off anybody else who says nothing (Wire/README.md, "Measurement").
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="patience">How long to wait for the connection, and for each answer. After the silence it covers a few of TCP's retransmissions.</param>
internal sealed class IdleConnection(ClusterSpec cluster, TimeSpan patience)
{
    /// <summary>Opens, is answered, waits, and asks again.</summary>
    /// <param name="from">Who opens.</param>
    /// <param name="self">The same member, as the spec has it.</param>
    /// <param name="to">To whom.</param>
    /// <param name="idle">How long nothing is said, up to <see cref="WireLimits.MaxIdleSeconds"/>.</param>
    /// <param name="cancellation">Ends it early.</param>
    internal async Task<IdleObservation> RunAsync(ProbeSource from, MemberSpec self, MemberSpec to, TimeSpan idle, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(idle, TimeSpan.FromSeconds(WireLimits.MaxIdleSeconds));
        using Socket socket = await from.Namespace.RunAsync(() => Open(from), cancellation).ConfigureAwait(false);
        try
        {
            using CancellationTokenSource limit = Limit(cancellation);
            await socket.ConnectAsync(new IPEndPoint(to.Address, cluster.Channels.ReliablePort), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e, cancellation))
        {
            return Observe("never opened");
        }

        if (await AskAsync(socket, 1, idle).ConfigureAwait(false) != "answered") return Observe("never opened");
        await Task.Delay(idle, cancellation).ConfigureAwait(false);
        return Observe(await AskAsync(socket, 2, TimeSpan.Zero).ConfigureAwait(false));

        IdleObservation Observe(string how) => new()
        {
            From = self.Name,
            To = to.Name,
            IdleNs = (long)idle.TotalMilliseconds * 1_000_000,
            Survived = how == "answered",
            How = how,
        };

        async Task<string> AskAsync(Socket open, uint number, TimeSpan silence)
        {
            byte[] question = Frame(self.Id, number, (uint)Math.Ceiling(silence.TotalSeconds));
            byte[] answer = new byte[question.Length];
            using CancellationTokenSource limit = Limit(cancellation);
            try
            {
                await open.SendAsync(question, limit.Token).ConfigureAwait(false);
                for (int have = 0; have < answer.Length;)
                {
                    int read = await open.ReceiveAsync(answer.AsMemory(have), limit.Token).ConfigureAwait(false);
                    if (read == 0) return $"closed by {to.Address}";
                    have += read;
                }

                return Answers(answer, to.Id, number) ? "answered" : "answered by something else";
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                return $"reset by {to.Address}";
            }
            catch (Exception e) when (IsFailure(e, cancellation))
            {
                return "no answer";
            }
        }
    }

    private static Socket Open(ProbeSource from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from.Address, 0));
        return socket;
    }

    private static bool IsFailure(Exception e, CancellationToken cancellation) =>
        e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        return limit;
    }

    private byte[] Frame(MemberId self, ulong number, uint seconds)
    {
        byte[] frame = new byte[MessageHeader.Overhead + IdleProbe.Size];
        new IdleProbe(number, seconds).Write(frame.AsSpan(MessageHeader.Size));
        new MessageHeader(MessageKind.IdleProbe, cluster.ClusterId, self, number, 0).Seal(frame, IdleProbe.Size);
        return frame;
    }

    private bool Answers(byte[] frame, MemberId from, ulong number) =>
        MessageHeader.TryOpen(frame, out MessageHeader header, out ReadOnlySpan<byte> payload) == WireStatus.Ok
        && header.Kind == MessageKind.IdleProbe && header.Cluster == cluster.ClusterId && header.Sender == from
        && IdleProbe.TryParse(payload, out IdleProbe answer) && answer.Number == number;
}
