namespace VsanEmu.Lab;

/// <summary>The fabric cannot be built, or a fault cannot be put into it, as asked for; the message is one line that says why.</summary>
public sealed class FabricException(string message, Exception? cause = null) : Exception(message, cause);
