namespace VsanEmu.Control.Redis;

/// <summary>Control does not work: the server is not there, refuses, is full, or another controller holds the hosts. The message says which and what helps.</summary>
/// <param name="message">In one sentence.</param>
/// <param name="lasting">True when trying again changes nothing: a wrong password, no TLS.</param>
/// <param name="inner">What was thrown.</param>
public sealed class ControlException(string message, bool lasting = false, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>True when trying again changes nothing.</summary>
    public bool Lasting => lasting;
}
