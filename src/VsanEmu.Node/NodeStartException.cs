namespace VsanEmu.Node;

/// <summary>A node may not or cannot start: an address is missing, a port is taken, something is not permitted, foreign traffic was heard. The message is for people, one line.</summary>
public class NodeStartException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
