// The parts of a Coding or Quantity that say which code it is.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>A code as a resource writes it.</summary>
/// <param name="System">The code system, or null.</param>
/// <param name="Version">Its version, or null.</param>
/// <param name="Code">The code, or null.</param>
/// <param name="Display">The display, or null.</param>
internal readonly record struct CodingText(string? System, string? Version, string? Code, string? Display)
{
    /// <summary>Reads a Coding or Quantity.</summary>
    public static CodingText Of(ElementNode node)
    {
        string? system = null, version = null, code = null, display = null;
        foreach (var child in node.Children)
        {
            switch (child.Name)
            {
                case "system":
                    system = child.GetString();
                    break;
                case "version":
                    version = child.GetString();
                    break;
                case "code":
                    code = child.GetString();
                    break;
                case "display":
                    display = child.GetString();
                    break;
            }
        }

        return new CodingText(system, version, code, display);
    }

    /// <summary>What messages call it: <c>'system#code'</c>.</summary>
    public string Name => System is null ? $"'{Code}'" : Version is null ? $"'{System}#{Code}'" : $"'{System}|{Version}#{Code}'";
}
