// How the repetitions of an element are told apart.

namespace FhirHub.Validation;

/// <summary>What becomes of repetitions that are in no slice (R4 valueset-resource-slicing-rules.html).</summary>
internal enum SlicingRules
{
    /// <summary>They may be anywhere.</summary>
    Open,

    /// <summary>There must be none.</summary>
    Closed,

    /// <summary>They come last.</summary>
    OpenAtEnd,
}

/// <summary>What a discriminator looks at (R4 valueset-discriminator-type.html; <c>position</c> is R5's).</summary>
internal enum DiscriminatorKind
{
    /// <summary>A fixed value, a pattern or a required binding.</summary>
    Value,

    /// <summary>Whether the element is there.</summary>
    Exists,

    /// <summary>The type of the element, or of the resource.</summary>
    Type,

    /// <summary>The profile that the element meets.</summary>
    Profile,

    /// <summary>The place among the repetitions.</summary>
    Position,
}

/// <summary>What a step of a discriminator's path does (R4 profiling.html#discriminator).</summary>
internal enum PathStepKind
{
    /// <summary>To the children of that name.</summary>
    Child,

    /// <summary>To those of that type.</summary>
    OfType,

    /// <summary>To the extensions with that URL.</summary>
    Extension,

    /// <summary>To what a reference points to.</summary>
    Resolve,
}

/// <summary>A step of a discriminator's path.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">The name, type or URL; empty for <c>resolve()</c>.</param>
internal readonly record struct PathStep(PathStepKind Kind, string Name);

/// <summary>A discriminator.</summary>
/// <param name="Kind">What it looks at.</param>
/// <param name="Path">As written.</param>
/// <param name="Steps">The path; null if it is no path of a discriminator.</param>
internal sealed record DiscriminatorPlan(DiscriminatorKind Kind, string Path, IReadOnlyList<PathStep>? Steps)
{
    private static readonly System.Buffers.SearchValues<char> NotOfNames = System.Buffers.SearchValues.Create(" []'\"$|");

    /// <summary>Reads a path: names, <c>$this</c>, <c>resolve()</c>, <c>ofType(T)</c>, <c>extension('url')</c>.</summary>
    public static IReadOnlyList<PathStep>? ReadPath(string path)
    {
        var steps = new List<PathStep>();
        var rest = path.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var length = LengthOfStep(rest);
            var step = rest[..length].Trim();
            rest = length < rest.Length ? rest[(length + 1)..] : default;
            if (step is "$this")
                continue;
            var open = step.IndexOf('(');
            if (open < 0)
            {
                // Older profiles write value[x] and valueQuantity for FHIRPath's value.
                var name = step.EndsWith("[x]", StringComparison.Ordinal) ? step[..^3] : step;
                if (name.IsEmpty || name.ContainsAny(NotOfNames))
                    return null;
                steps.Add(new PathStep(PathStepKind.Child, name.ToString()));
                continue;
            }

            if (!step.EndsWith(')'))
                return null;
            var argument = step[(open + 1)..^1].Trim();
            switch (step[..open])
            {
                case "resolve" when argument.IsEmpty:
                    steps.Add(new PathStep(PathStepKind.Resolve, ""));
                    break;
                case "ofType" or "as":
                    steps.Add(new PathStep(PathStepKind.OfType, argument[(argument.LastIndexOf('.') + 1)..].ToString()));
                    break;
                case "extension" when argument.Length > 2 && argument[0] is '\'' or '"':
                    steps.Add(new PathStep(PathStepKind.Extension, argument[1..^1].ToString()));
                    break;
                default:
                    return null;
            }
        }

        return steps;
    }

    // A dot within brackets, as in a URL, ends no step.
    private static int LengthOfStep(ReadOnlySpan<char> path)
    {
        var open = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '(')
                open++;
            else if (path[i] == ')')
                open--;
            else if (path[i] == '.' && open == 0)
                return i;
        }

        return path.Length;
    }
}

/// <summary>The slices of an element (R4 profiling.html#slicing).</summary>
internal sealed class SlicingPlan
{
    private readonly SliceTest[]?[] _tests;
    private readonly int[] _nested;

    /// <summary>Makes it of slices that are whole.</summary>
    public SlicingPlan(IReadOnlyList<DiscriminatorPlan> discriminators, SlicingRules rules, bool isOrdered, IReadOnlyList<ElementPlan> slices, ElementPlan? other)
    {
        Discriminators = discriminators;
        Rules = rules;
        IsOrdered = isOrdered;
        Slices = slices;
        Default = other;
        ExpectsSlices = slices.Any(IsExpected) || (other is not null && IsExpected(other));
        _tests = new SliceTest[]?[slices.Count];
        _nested = new int[slices.Count];
        StateSize = FirstCount + slices.Count + 1;
        for (var i = 0; i < slices.Count; i++)
        {
            _nested[i] = StateSize;
            StateSize += slices[i].Slicing?.StateSize ?? 0;
        }
    }

    private static bool IsExpected(ElementPlan slice) => slice.Min > 0 || slice.MustSupport || slice.Slicing is { ExpectsSlices: true };

    /// <summary>Place of the greatest number of a slice so far, from 1, in the state of a walk.</summary>
    public const int LastSlice = 0;

    /// <summary>Place of the number of repetitions that are in no slice.</summary>
    public const int Unmatched = 1;

    /// <summary>Place of the number of repetitions of which nobody can tell whether they are in a slice.</summary>
    public const int Undecided = 2;

    /// <summary>Place of the first slice's number of repetitions; that of <see cref="Default"/> follows the last slice's.</summary>
    public const int FirstCount = 3;

    /// <summary>What tells the slices apart; all of them must fit.</summary>
    public IReadOnlyList<DiscriminatorPlan> Discriminators { get; }

    /// <summary>What becomes of repetitions that are in no slice.</summary>
    public SlicingRules Rules { get; }

    /// <summary>True if the slices must come in the order of the profile.</summary>
    public bool IsOrdered { get; }

    /// <summary>The slices, <see cref="Default"/> left out.</summary>
    public IReadOnlyList<ElementPlan> Slices { get; }

    /// <summary>The slice <c>@default</c>, which takes what fits in no other; null if there is none.</summary>
    public ElementPlan? Default { get; }

    /// <summary>True if a slice is required or must be supported.</summary>
    public bool ExpectsSlices { get; }

    /// <summary>Numbers that a walk keeps while it goes over the repetitions, those of slices that are sliced again included.</summary>
    public int StateSize { get; }

    /// <summary>Where the state of a slice that is sliced again starts in this one's.</summary>
    public int NestedState(int slice) => _nested[slice];

    /// <summary>What tells a slice from the others; null until a walk had all definitions that it takes to know.</summary>
    public SliceTest[]? TestsOf(int slice) => Volatile.Read(ref _tests[slice]);

    /// <summary>Keeps what tells a slice from the others.</summary>
    public void SetTests(int slice, SliceTest[] tests) => Volatile.Write(ref _tests[slice], tests);
}
