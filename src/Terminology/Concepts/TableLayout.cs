// How a concept table lies in memory and in a file: a header, sections, and a directory of the sections. One layout for both.

using System.Runtime.InteropServices;

namespace FhirHub.Terminology;

/// <summary>The sections; their numbers are in files.</summary>
internal enum TableSection
{
    /// <summary>Displays, definitions, designations and values of properties in UTF-8.</summary>
    Texts = 1,

    /// <summary>Header and small lists, as JSON.</summary>
    Facts = 2,

    /// <summary>Codes in UTF-8, one behind the other in the order of the concepts.</summary>
    Codes = 3,

    /// <summary>Where each code starts, and where the last ends.</summary>
    CodeStarts = 4,

    /// <summary>Hash table of the codes: ordinals + 1, 0 for none; a power of two of slots.</summary>
    CodeSlots = 5,

    /// <summary>A <see cref="TextRange"/> of each concept.</summary>
    Displays = 6,

    /// <summary>A <see cref="TextRange"/> of each concept.</summary>
    Definitions = 7,

    /// <summary><see cref="ConceptFlags"/> of each concept.</summary>
    Flags = 8,

    ParentStarts = 9,
    Parents = 10,
    ChildStarts = 11,
    Children = 12,

    /// <summary>All that is above each concept, by ordinal. Missing where that were too much.</summary>
    AncestorStarts = 13,
    Ancestors = 14,

    DesignationStarts = 15,
    Designations = 16,

    PropertyStarts = 17,
    Properties = 18,

    /// <summary>Each value that properties have, once.</summary>
    Values = 19,

    /// <summary>Members of named sets of concepts.</summary>
    SetStarts = 20,
    SetMembers = 21,

    /// <summary>The text index: words in their order, and the concepts of each.</summary>
    WordBytes = 30,
    WordStarts = 31,
    WordConceptStarts = 32,
    WordConcepts = 33,

    /// <summary>The same for the pinyin of Chinese texts and its initials.</summary>
    ReadingBytes = 34,
    ReadingStarts = 35,
    ReadingConceptStarts = 36,
    ReadingConcepts = 37,

    /// <summary><see cref="PhraseRow"/>s in the order of their folded texts.</summary>
    Phrases = 38,
}

/// <summary>A text in the heap; of no length where there is none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TextRange(int Start, int Length);

/// <summary>A designation; language and use are numbers in the lists of <see cref="TableFacts"/>, -1 for none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct DesignationRow(int Language, int Use, TextRange Value);

/// <summary>A property of a concept: numbers of the definition and of the value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PropertyRow(int Definition, int Value, int Group);

/// <summary>A value: its text, its type, and which concept of the table it names, or -1.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ValueRow(TextRange Text, int Type, int Concept);

/// <summary>A display or designation of a concept.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct PhraseRow(int Concept, TextRange Text);

/// <summary>What a table says once: short lists, and what its code system is.</summary>
internal sealed record TableFacts
{
    public CodeSystemHeader Header { get; init; } = new();

    public int Concepts { get; init; }

    public int Duplicates { get; init; }

    public long Seed { get; init; }

    public IReadOnlyList<string> Languages { get; init; } = [];

    public IReadOnlyList<CodingValue> Uses { get; init; } = [];

    public IReadOnlyList<string> Sets { get; init; } = [];
}
