namespace VsanEmu.Core.Data;

/// <summary>One read or write in flight. Copies are bits: bit n is the VM's mirror n.</summary>
internal struct Operation
{
    /// <summary>Number on the wire, 0 while the place is free. Its lowest 8 bits are the place.</summary>
    public ulong Id;

    public bool Read;

    public uint Block;

    /// <summary>For a write the version that it writes; for a read the oldest that it may find.</summary>
    public ulong Version;

    /// <summary>Copies whose answer is awaited, whether the request could be sent yet or not.</summary>
    public byte Pending;

    /// <summary>Writes: copies that have it. Reads: copies that were asked in vain.</summary>
    public byte Answered;

    public long DeadlineNs;
}

/// <summary>A VM's operations in flight, in a fixed number of places.</summary>
internal sealed class OperationTable
{
    private readonly Operation[] _places;
    private readonly byte[] _free;
    private int _freeCount;
    private ulong _last;

    public OperationTable(int depth)
    {
        _places = new Operation[Math.Clamp(depth, 1, DataLimits.MaxQueueDepth)];
        _free = new byte[_places.Length];
        for (int i = 0; i < _free.Length; i++) _free[i] = (byte)(_free.Length - 1 - i);
        _freeCount = _free.Length;
    }

    /// <summary>Every place, free ones (Id 0) included.</summary>
    public Span<Operation> Places => _places;

    public int InFlight => _places.Length - _freeCount;

    public bool Full => _freeCount == 0;

    /// <summary>Takes a free place. Only when not <see cref="Full"/>.</summary>
    public ref Operation Take()
    {
        byte place = _free[--_freeCount];
        ref Operation operation = ref _places[place];
        operation = new Operation { Id = (++_last << 8) | place };
        return ref operation;
    }

    public void Free(ref Operation operation)
    {
        _free[_freeCount++] = (byte)operation.Id;
        operation = default;
    }

    /// <summary>Finds the place of a number from the wire; false when that operation has ended.</summary>
    public bool TryFind(ulong id, out int place)
    {
        place = (byte)id;
        return id != 0 && place < _places.Length && _places[place].Id == id;
    }
}
