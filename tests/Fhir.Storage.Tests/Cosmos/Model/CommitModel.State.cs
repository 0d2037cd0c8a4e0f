// What the database holds in the model, and where its writers and its sweeper are. All in bytes, so that a state is its bytes.

using System.Runtime.CompilerServices;

namespace FhirHub.Storage.Tests.Cosmos.Model;

[InlineArray(2)]
internal struct Two<T>
    where T : unmanaged
{
    private T _first;
}

[InlineArray(CommitModel.Positions)]
internal struct Log
{
    private LogEntry _first;
}

[InlineArray(CommitModel.Documents)]
internal struct Documents
{
    private Document _first;
}

[InlineArray(2 * CommitModel.Versions)]
internal struct History
{
    private byte _first;
}

/// <summary>A write in a record: the document with the new version, and what the head said before.</summary>
internal record struct LogWrite(byte Document, byte Version, byte WasDocument, byte WasFrom);

/// <summary>The record at a position of the log; there is none if <see cref="Author"/> is 0.</summary>
internal struct LogEntry
{
    public byte Author;

    /// <summary>What was prepared before this time can't be committed any more.</summary>
    public byte Void;

    public Two<LogWrite> Writes;
}

/// <summary>A prepared or committed version; there is none if <see cref="From"/> is 0.</summary>
internal record struct Document(byte From, byte Until, byte Version, byte PreparedAt);

/// <summary>Where the current version of a resource is, and where the one before it was; <see cref="From"/> is 0 if there is no head.</summary>
internal record struct Head(byte Document, byte From, byte Version, byte PreviousDocument, byte PreviousFrom, byte PreviousVersion);

internal struct Database
{
    public Log Log;
    public Documents Documents;
    public Two<Head> Heads;

    /// <summary>The document whose copy a version in the history is, for each resource and version.</summary>
    public History History;

    public byte Watermark;
    public byte Void;
}

/// <summary>Where somebody is who brings records into effect.</summary>
/// <param name="Record">The position of the record.</param>
/// <param name="Write">The write in it.</param>
/// <param name="Step">What comes next.</param>
/// <param name="Seen">What was read to be compared when it is replaced: the position of a head, or the watermark.</param>
internal record struct Application(byte Record, byte Write, ApplyStep Step, byte Seen);

internal enum ApplyStep : byte
{
    None,
    Copy,
    PatchOld,
    PatchNew,
    ReadHead,
    ReplaceHead,
    ReadWatermark,
    ReplaceWatermark,
}

internal enum WriterStep : byte
{
    Create,
    PatchEarly,
    ReadWatermark,
    ReadHead,
    Search,
    Append,
    ReadRecord,
    Apply,
    Drop,
    Answered,
    Refused,
    Dead,
}

internal struct Writer
{
    public WriterStep Step;
    public byte Index;
    public byte PreparedAt;

    /// <summary>The position as of which the writer has validated, or all after it are known not to matter.</summary>
    public byte Position;

    /// <summary>The heads that it validated.</summary>
    public Two<LogWrite> Writes;

    /// <summary>Where its record is, once it knows.</summary>
    public byte Committed;

    /// <summary>True once it has lost an answer; it loses only one.</summary>
    public bool HasLost;

    /// <summary>The position of an append that was given up and may still be executed; 0 for none.</summary>
    public byte Late;

    /// <summary>The position up to which it has to bring records into effect before it goes on.</summary>
    public byte Goal;

    public Application Application;
}

internal enum SweeperStep : byte
{
    Idle,
    ReadRecord,
    Apply,
    Fence,
    Find,
    Delete,
}

internal struct Sweeper
{
    public SweeperStep Step;
    public byte Watermark;
    public byte Void;

    /// <summary>The documents that it has found, one bit each.</summary>
    public byte Found;

    public Application Application;
}

/// <summary>What a move did that must never be done.</summary>
internal enum Wrong : byte
{
    None,
    WatermarkFell,
    AppliesWhatIsNotThere,
}

internal struct CommitState
{
    public Database Database;
    public Two<Writer> Writers;
    public Sweeper Sweeper;

    /// <summary>Passes once, at any moment: then what was prepared before is old enough to be dropped.</summary>
    public byte Time;

    public Wrong Wrong;
}
