// What a wrong expression, or one that costs too much, is answered with.

namespace FhirHub.Model.FhirPath;

/// <summary>Which rule an expression broke.</summary>
public enum FhirPathFault
{
    /// <summary>The text is not FHIRPath.</summary>
    Syntax,

    /// <summary>A name, a type or a function that does not exist where it is used.</summary>
    Semantic,

    /// <summary>The data does not allow what the expression asks for, such as more than one item where one is needed.</summary>
    Execution,

    /// <summary>A limit of steps or time was hit.</summary>
    TooCostly,
}

/// <summary>An expression that can't be compiled or evaluated; the message names the place.</summary>
public sealed class FhirPathException : Exception
{
    /// <summary>Makes the exception; the position goes into the message.</summary>
    public FhirPathException(FhirPathFault fault, string message, int position)
        : base($"{message} (at character {position + 1} of the FHIRPath expression)")
    {
        Fault = fault;
        Position = position;
    }

    /// <summary>Which rule was broken.</summary>
    public FhirPathFault Fault { get; }

    /// <summary>Offset in the expression, from 0.</summary>
    public int Position { get; }
}
