// The directives of a field: GraphQL's own, and those that R4 graphql.html adds to shape lists.

using FhirHub.Model.FhirPath;

namespace FhirHub.Server.GraphQL;

/// <summary>How a field is written, as its directives say.</summary>
/// <param name="Flatten">Its object is left out, and the fields of that go where it would be (<c>@flatten</c>).</param>
/// <param name="Singleton">It is one value, no list (<c>@singleton</c>).</param>
/// <param name="First">Only the first of the list counts (<c>@first</c>).</param>
/// <param name="Slice">What is appended to the names: the value of an expression, or of <c>$index</c> (<c>@slice</c>).</param>
internal readonly record struct GraphQLDirectives(bool Flatten, bool Singleton, bool First, GraphQLDirectives.SlicePath? Slice)
{
    /// <summary>The path of <c>@slice</c>: an expression, or null for the position in the list.</summary>
    internal sealed record SlicePath(FhirPathExpression? Expression, int Position);

    /// <summary>The names of the directives.</summary>
    public static IReadOnlyList<string> Names { get; } = ["skip", "include", "flatten", "singleton", "first", "slice"];

    /// <summary>The name of the directive's argument, empty if it has none; null if there is no such directive.</summary>
    public static string? ArgumentOf(string directive) => directive switch
    {
        "skip" or "include" => "if",
        "slice" => "path",
        "flatten" or "singleton" or "first" => "",
        _ => null,
    };

    /// <summary>True if <c>@skip</c> and <c>@include</c> leave the selection in.</summary>
    public static bool IsIncluded(IReadOnlyList<GraphQLDirective> directives, GraphQLVariables variables)
    {
        foreach (var directive in directives)
        {
            if (directive.Name is "skip" or "include" && variables.Boolean(directive.Arguments[0]) == (directive.Name == "skip"))
                return false;
        }

        return true;
    }

    /// <summary>Reads the directives that shape a field.</summary>
    /// <exception cref="GraphQLException">The path of a slice is no FHIRPath expression.</exception>
    public static GraphQLDirectives Of(IReadOnlyList<GraphQLDirective> directives, GraphQLVariables variables)
    {
        bool flatten = false, singleton = false, first = false;
        SlicePath? slice = null;
        foreach (var directive in directives)
        {
            switch (directive.Name)
            {
                case "flatten":
                    flatten = true;
                    break;
                case "singleton":
                    singleton = true;
                    break;
                case "first":
                    first = true;
                    break;
                case "slice":
                    var path = variables.Text(directive.Arguments[0]) ?? "";
                    slice = new SlicePath(path == "$index" ? null : Compile(path, directive.Position), directive.Position);
                    break;
            }
        }

        return new GraphQLDirectives(flatten, singleton, first, slice);
    }

    /// <summary>Compiles a FHIRPath expression of a query.</summary>
    /// <exception cref="GraphQLException">It is none.</exception>
    public static FhirPathExpression Compile(string expression, int position)
    {
        if (expression.Length > 2000)
            throw new GraphQLException("too-long", "A FHIRPath expression in a query has 2,000 characters at most.", position);
        try
        {
            return FhirPathExpression.Compile(expression);
        }
        catch (FhirPathException fault)
        {
            throw new GraphQLException("invalid", fault.Message, position);
        }
    }
}
