// Every sentence that the server can answer with.

using System.Collections;
using System.Reflection;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Validation;

namespace FhirHub.Server.Tests;

/// <summary>The message templates of all rooms of the server.</summary>
internal static class MessageTemplates
{
    /// <summary>The templates with the type that has them, in the order of the code.</summary>
    public static IReadOnlyList<(Type Owner, MessageTemplate Template)> All { get; } =
        [.. new[] { typeof(MessageTemplate), typeof(Validator), typeof(SearchParser), typeof(FhirServer) }
            .SelectMany(static type => type.Assembly.GetTypes().OrderBy(static t => t.FullName, StringComparer.Ordinal))
            .Where(static type => !type.ContainsGenericParameters)
            .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(static field => HasTemplates(field.FieldType))
            .SelectMany(static field => In(field.GetValue(null)).Select(template => (field.DeclaringType!, template)))];

    private static bool HasTemplates(Type type) =>
        type == typeof(MessageTemplate)
        || (type.IsArray && HasTemplates(type.GetElementType()!))
        || (type.IsGenericType && type.GetGenericArguments().Any(HasTemplates));

    private static IEnumerable<MessageTemplate> In(object? value) => value switch
    {
        MessageTemplate template => [template],
        IDictionary dictionary => In(dictionary.Values),
        IEnumerable several => several.Cast<object>().SelectMany(In),
        _ => [],
    };
}
