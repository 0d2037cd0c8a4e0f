// Takes on the look of the EHR that launched the app (SMART App Launch 2.2.0, scopes-and-launch-context.html#styling).

const properties: Readonly<Record<string, readonly [property: string, css: string]>> = {
  color_background: ['--paper', 'color'],
  color_text: ['--text', 'color'],
  color_highlight: ['--accent', 'color'],
  color_error: ['--danger', 'color'],
  dim_border_radius: ['--radius', 'border-radius'],
  dim_font_size: ['--size', 'font-size'],
  font_family_body: ['--font', 'font-family'],
  font_family_heading: ['--heading', 'font-family'],
};

/** Reads the style and sets what of it is CSS; an app without it looks as it always does. */
export async function wear(address: string): Promise<void> {
  try {
    const style = (await (await fetch(address)).json()) as Record<string, unknown>;
    for (const [name, [property, css]] of Object.entries(properties)) {
      const value = style[name];
      if (typeof value === 'string' && value.length < 200 && CSS.supports(css, value)) document.documentElement.style.setProperty(property, value);
    }
  } catch {
    return;
  }
}
